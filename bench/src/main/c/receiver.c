/*
 * The other end of every sample: takes one connection at a time, in a process of its own so that its CPU
 * is never counted to the sender.
 *
 *   listen tcp               -> at PORT
 *   listen unix PATH         -> at PATH
 *   take KIND MODE RATE      -> (accepts, eats to the end of the stream, closes) took BYTES NANOS
 *
 * Modes: read     recv into one buffer of 1 MiB, the copy every ordinary reader pays
 *        discard  TCP: recv with MSG_TRUNC, which drops the bytes uncopied (the nearest thing to a NIC)
 *        splice   AF_UNIX: splice through a pipe to /dev/null (MSG_TRUNC copies there)
 *        slow     read, at RATE bytes per second, 64 KiB at a time
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, SLOW_STEP = 64 << 10, PIPE = 1 << 20 };

static char buffer[BUFFER];

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int fail(const char *call) {
  printf("error receiver: %s: %s\n", call, strerror(errno));
  fflush(stdout);
  return -1;
}

static int listen_at(const char *kind, const char *path) {
  if (strcmp(kind, "tcp") == 0) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof in;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof in) || listen(fd, 16) ||
        getsockname(fd, (struct sockaddr *)&in, &length))
      return fail("listen tcp");
    printf("at %d\n", ntohs(in.sin_port));
    return fd;
  }
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  memcpy(un.sun_path, path, strlen(path) + 1);
  unlink(path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof un) || listen(fd, 16)) return fail("listen unix");
  printf("at %s\n", path);
  return fd;
}

/* One step of the given mode: bytes eaten, 0 at the end of the stream, -1 on failure. */
static ssize_t eat(int fd, const char *mode, int pipes[2], int null) {
  if (strcmp(mode, "discard") == 0) return recv(fd, buffer, BUFFER, MSG_TRUNC);
  if (strcmp(mode, "slow") == 0) return recv(fd, buffer, SLOW_STEP, 0);
  if (strcmp(mode, "splice") != 0) return recv(fd, buffer, BUFFER, 0);
  ssize_t in = splice(fd, NULL, pipes[1], NULL, PIPE, SPLICE_F_MOVE);
  for (ssize_t left = in; left > 0;) {
    ssize_t out = splice(pipes[0], NULL, null, NULL, left, SPLICE_F_MOVE);
    if (out <= 0) return -1;
    left -= out;
  }
  return in;
}

static void take(int listener, const char *mode, long long rate) {
  int pipes[2] = {-1, -1}, null = -1;
  if (strcmp(mode, "splice") == 0) {
    null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0 || pipe2(pipes, O_CLOEXEC)) { fail("pipe2"); return; }
    fcntl(pipes[1], F_SETPIPE_SZ, PIPE);
  }
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) { fail("accept4"); return; }
  long long start = now(), bytes = 0;
  ssize_t n;
  while ((n = eat(fd, mode, pipes, null)) > 0) {
    bytes += n;
    if (rate > 0) {
      long long due = start + (long long)((double)bytes / rate * 1e9);
      struct timespec until = {due / 1000000000LL, due % 1000000000LL};
      while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {}
    }
  }
  long long nanos = now() - start;
  int failed = n < 0;
  if (failed) fail(mode);
  close(fd); /* the sender waits for this: its clock stops when every byte has been eaten */
  if (null >= 0) { close(null); close(pipes[0]); close(pipes[1]); }
  if (!failed) printf("took %lld %lld\n", bytes, nanos);
}

int main(void) {
  char line[512], kind[16], argument[108];
  int tcp = -1, unix_ = -1;
  memset(buffer, 1, sizeof buffer);
  while (fgets(line, sizeof line, stdin)) {
    argument[0] = 0;
    if (sscanf(line, "listen %15s %107s", kind, argument) >= 1) {
      if (strcmp(kind, "tcp") == 0) tcp = listen_at(kind, argument);
      else unix_ = listen_at(kind, argument);
    } else {
      char mode[16];
      long long rate = 0;
      if (sscanf(line, "take %15s %15s %lld", kind, mode, &rate) >= 2)
        take(strcmp(kind, "tcp") == 0 ? tcp : unix_, mode, rate);
      else printf("error receiver: what is: %s", line);
    }
    fflush(stdout);
  }
  return 0;
}
