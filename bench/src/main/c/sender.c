/*
 * The C peers: what a careful C program does to send a cached file, without any library.
 *
 *   sender sendfile | pread-write | splice | vmsplice | vmsplice-1m [PAUSE]
 *   send tcp PORT FILE SIZE COUNT   -> sent BYTES NANOS HEAP USER KERNEL ROUTE
 *   send unix PATH FILE SIZE COUNT
 *   once ...                        the same: nothing here outlives a transfer but vmsplice's map
 *
 * With PAUSE it waits so many milliseconds before it shuts down, and does not count them.
 *
 * Connects, sends the first SIZE bytes of FILE COUNT times, shuts down, waits until the receiver closes.
 * USER and KERNEL are the bytes copied on the sending side, by the program and by the kernel for it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { STEP = 1 << 20, QUEUE = 1 << 20 }; /* every AF_UNIX subject, whoever wrote it, has this queue */

static char buffer[STEP] __attribute__((aligned(4096)));
static int pipes[2] = {-1, -1};
static int pipe_size = 64 << 10; /* larger ones were slower over TCP; vmsplice-1m tries one */
static char *map;
static long long mapped;

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int by_sendfile(int file, int to, long long size) {
  for (off_t at = 0; at < size;)
    if (sendfile(to, file, &at, size - at) <= 0) return -1;
  return 0;
}

static int by_pread_write(int file, int to, long long size) {
  for (long long at = 0; at < size;) {
    ssize_t n = pread(file, buffer, size - at < STEP ? size - at : STEP, at);
    if (n <= 0) return -1;
    for (ssize_t done = 0, w; done < n; done += w)
      if ((w = write(to, buffer + done, n - done)) <= 0) return -1;
    at += n;
  }
  return 0;
}

static int drain(int to, ssize_t left, int more) {
  for (ssize_t n; left > 0; left -= n)
    if ((n = splice(pipes[0], NULL, to, NULL, left, SPLICE_F_MOVE | (more ? SPLICE_F_MORE : 0))) <= 0) return -1;
  return 0;
}

static int by_splice(int file, int to, long long size) {
  for (off_t at = 0; at < size;) {
    ssize_t n = splice(file, &at, pipes[1], NULL, size - at < pipe_size ? size - at : pipe_size, SPLICE_F_MOVE);
    if (n <= 0 || drain(to, n, at < size)) return -1;
  }
  return 0;
}

static int by_vmsplice(int file, int to, long long size) {
  if (mapped != size) {
    if (map) munmap(map, mapped);
    map = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
    mapped = size;
    if (map == MAP_FAILED) return -1;
  }
  for (long long at = 0; at < size;) {
    struct iovec run = {map + at, size - at < pipe_size ? size - at : pipe_size};
    ssize_t n = vmsplice(pipes[1], &run, 1, 0);
    if (n <= 0 || drain(to, n, at + n < size)) return -1;
    at += n;
  }
  return 0;
}

static int connect_to(const char *kind, const char *address) {
  int tcp = strcmp(kind, "tcp") == 0;
  int fd = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  in.sin_port = htons(tcp ? atoi(address) : 0);
  memcpy(un.sun_path, address, strlen(address) + 1);
  int queue = QUEUE;
  if (!tcp) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &queue, sizeof queue);
  if (connect(fd, tcp ? (struct sockaddr *)&in : (struct sockaddr *)&un, tcp ? sizeof in : sizeof un)) return -1;
  return fd;
}

int main(int argc, char **argv) {
  char line[1024], verb[8], kind[16], address[108], path[512], byte;
  long long size;
  int count;
  const char *way = argc > 1 ? argv[1] : "";
  struct timespec pause = {0, argc > 2 ? atoi(argv[2]) * 1000000L : 0};
  int (*send_once)(int, int, long long) = strcmp(way, "sendfile") == 0      ? by_sendfile
                                          : strcmp(way, "pread-write") == 0 ? by_pread_write
                                          : strcmp(way, "splice") == 0      ? by_splice
                                          : strncmp(way, "vmsplice", 8) == 0 ? by_vmsplice
                                                                             : NULL;
  if (!send_once || pipe2(pipes, O_CLOEXEC)) return 2;
  if (strcmp(way, "vmsplice-1m") == 0) pipe_size = fcntl(pipes[1], F_SETPIPE_SZ, 1 << 20);
  int copies = send_once == by_pread_write ? 2 : 0;
  printf("ready\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%7s %15s %107s %511s %lld %d", verb, kind, address, path, &size, &count) != 6) {
      printf("error sender: what is: %s", line);
      fflush(stdout);
      continue;
    }
    int file = open(path, O_RDONLY | O_CLOEXEC);
    long long start = now();
    int to = connect_to(kind, address), failed = file < 0 || to < 0;
    for (int i = 0; i < count && !failed; i++) failed = send_once(file, to, size);
    nanosleep(&pause, NULL);
    if (!failed) failed = shutdown(to, SHUT_WR) || read(to, &byte, 1) != 0;
    long long nanos = now() - start - pause.tv_nsec;
    if (failed) printf("error sender %s to %s %s: %s\n", way, kind, address, strerror(errno));
    else printf("sent %lld %lld 0 0 %lld %s\n", size * count, nanos, size * count * copies, way);
    fflush(stdout);
    close(to);
    close(file);
  }
  return 0;
}
