/*
 * Sends messages of a header (128 bytes), pages (64 of 4 KiB, each by itself in memory) and a trailer (16 bytes):
 *
 *   message WAY, then line by line:  MODE KIND ADDRESS SIZE 1 COUNT  -> sent MESSAGES NANOS HEAP USER KERNEL
 *
 * Ways: one     sendmsg of all 66 pieces
 *       three   send of the header, sendmsg of the pages, send of the trailer, the first two with MSG_MORE
 *       copied  all copied into one buffer, and one send
 *       give    AF_UNIX: vmsplice into a pipe and splice on, for the pages; header and trailer by send
 * USER and KERNEL are bytes copied on this side in user space and by the kernel.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 128, PAGES = 64, PAGE = 4096, TRAILER = 16, ALL = HEADER + PAGES * PAGE + TRAILER };

static char header[HEADER], trailer[TRAILER], whole[ALL], *page[PAGES];
static int ends[2] = {-1, -1};

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int send_all(int fd, const char *from, size_t length, int flags) {
  while (length > 0) {
    ssize_t n = send(fd, from, length, flags | MSG_NOSIGNAL);
    if (n < 0) return -1;
    from += n;
    length -= n;
  }
  return 0;
}

static int send_vector(int fd, struct iovec *vector, int count, int flags) {
  struct msghdr message = {.msg_iov = vector, .msg_iovlen = count};
  while (message.msg_iovlen > 0) {
    ssize_t n = sendmsg(fd, &message, flags | MSG_NOSIGNAL);
    if (n < 0) return -1;
    while (message.msg_iovlen > 0 && (size_t)n >= message.msg_iov->iov_len) {
      n -= message.msg_iov->iov_len;
      message.msg_iov++;
      message.msg_iovlen--;
    }
    if (message.msg_iovlen > 0) {
      message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + n;
      message.msg_iov->iov_len -= n;
    }
  }
  return 0;
}

static int give(int fd, struct iovec *pages) {
  size_t given = 0;
  for (int i = 0; i < PAGES;) {
    ssize_t n = vmsplice(ends[1], pages + i, PAGES - i, 0);
    if (n < 0) return -1;
    given += n;
    for (ssize_t left = n; left > 0;) {
      ssize_t out = splice(ends[0], NULL, fd, NULL, left, SPLICE_F_MORE);
      if (out <= 0) return -1;
      left -= out;
    }
    i = given / PAGE;
  }
  return 0;
}

static int send_message(int fd, const char *way) {
  struct iovec all[PAGES + 2];
  all[0] = (struct iovec){header, HEADER};
  for (int i = 0; i < PAGES; i++) all[i + 1] = (struct iovec){page[i], PAGE};
  all[PAGES + 1] = (struct iovec){trailer, TRAILER};
  if (strcmp(way, "one") == 0) return send_vector(fd, all, PAGES + 2, 0);
  if (strcmp(way, "copied") == 0) {
    char *to = whole;
    for (int i = 0; i < PAGES + 2; to += all[i++].iov_len) memcpy(to, all[i].iov_base, all[i].iov_len);
    return send_all(fd, whole, ALL, 0);
  }
  if (send_all(fd, header, HEADER, MSG_MORE)) return -1;
  if (strcmp(way, "give") == 0 ? give(fd, all + 1) : send_vector(fd, all + 1, PAGES, MSG_MORE)) return -1;
  return send_all(fd, trailer, TRAILER, 0);
}

static int connect_to(const char *kind, const char *address) {
  int fd, one = 1;
  if (strcmp(kind, "tcp") == 0) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(atoi(address)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&in, sizeof in)) return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  } else {
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int queue = 1 << 20;
    snprintf(un.sun_path, sizeof un.sun_path, "%s", address);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &queue, sizeof queue);
    if (connect(fd, (struct sockaddr *)&un, sizeof un)) return -1;
  }
  return fd;
}

int main(int argc, char **argv) {
  char line[256], kind[16], address[108], end;
  const char *way = argc > 1 ? argv[1] : "one";
  long long count;
  /* Every second page of a mapping, so that no two are one range. */
  char *memory = mmap(NULL, 2 * PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < PAGES; i++) memset(page[i] = memory + 2 * i * PAGE, i, PAGE);
  if (strcmp(way, "give") == 0) {
    if (pipe2(ends, O_CLOEXEC)) return 1;
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
  }
  printf("ready\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%*s %15s %107s %*d %*d %lld", kind, address, &count) != 3) {
      printf("error message: what is: %s", line);
      fflush(stdout);
      continue;
    }
    int fd = connect_to(kind, address), failed = fd < 0;
    long long start = now();
    for (long long i = 0; i < count && !failed; i++) failed = send_message(fd, way);
    if (failed) printf("error message: %s: %s\n", way, strerror(errno));
    else {
      shutdown(fd, SHUT_WR);
      ssize_t _ = recv(fd, &end, 1, 0);
      (void)_;
      long long user = strcmp(way, "copied") == 0 ? ALL : 0;
      long long kernel = strcmp(way, "give") == 0 ? HEADER + TRAILER : ALL;
      printf("sent %lld %lld 0 %lld %lld\n", count, now() - start, user * count, kernel * count);
    }
    if (fd >= 0) close(fd);
    fflush(stdout);
  }
  return 0;
}
