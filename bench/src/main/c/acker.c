/*
 * Behind a link that drops: a TCP listener that acknowledges what it never got, so that streams go on and
 * what was sent by reference completes.
 *
 *   acker ADDRESS            -> at PORT
 *   take PID FD              -> taken       (accepts; from now on all that PID's socket FD sends is acknowledged)
 *
 * How far the sender is it asks of the sender's own socket (pidfd_getfd, TCP_INFO); where the stream begins, of
 * the accepted one in repair mode; and acknowledges through a raw socket. It looks every 30 microseconds, like a
 * link with that round trip. A connection whose sender has gone is forgotten. Needs root.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MANY = 64, PACE_NANOS = 30000, HEADER = 20, ACK = 0x10 };

struct stream {
  int sender, fd;
  uint32_t first, own;
  uint64_t acked;
  struct sockaddr_in here, there;
};

static struct stream streams[MANY];
static int count, raw;

static void die(const char *call) {
  printf("error acker: %s: %s\n", call, strerror(errno));
  fflush(stdout);
  exit(1);
}

static uint32_t sequence(int fd, int queue) {
  uint32_t at = 0;
  socklen_t length = sizeof at;
  if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof queue) ||
      getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &at, &length))
    die("TCP_QUEUE_SEQ");
  return at;
}

static void take(int door, int pid, int number) {
  int on = 1, off = -1, pidfd = syscall(SYS_pidfd_open, pid, 0);
  struct stream *s = &streams[count];
  socklen_t length = sizeof s->here;
  if (count == MANY || pidfd < 0) die("pidfd_open");
  s->sender = syscall(SYS_pidfd_getfd, pidfd, number, 0);
  close(pidfd);
  s->fd = accept4(door, NULL, NULL, SOCK_CLOEXEC);
  if (s->sender < 0 || s->fd < 0) die("pidfd_getfd, accept4");
  if (getsockname(s->fd, (struct sockaddr *)&s->here, &length)) die("getsockname");
  length = sizeof s->there;
  if (getpeername(s->fd, (struct sockaddr *)&s->there, &length)) die("getpeername");
  if (setsockopt(s->fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof on)) die("TCP_REPAIR");
  s->first = sequence(s->fd, 1);
  s->own = sequence(s->fd, 2);
  if (setsockopt(s->fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof off)) die("TCP_REPAIR");
  s->acked = 0;
  count++;
  printf("taken\n");
}

static uint32_t sum(const void *bytes, int length, uint32_t from) {
  const unsigned char *byte = bytes;
  for (int i = 0; i < length; i += 2) from += byte[i] | byte[i + 1] << 8;
  while (from >> 16) from = (from & 0xffff) + (from >> 16);
  return from;
}

static void acknowledge(struct stream *s, uint64_t position) {
  struct tcphdr h = {.source = s->here.sin_port, .dest = s->there.sin_port, .doff = 5, .ack = 1,
                     .seq = htonl(s->own), .ack_seq = htonl(s->first + (uint32_t)position),
                     .window = 0xffff};
  struct { in_addr_t from, to; uint16_t protocol, length; } around =
      {s->here.sin_addr.s_addr, s->there.sin_addr.s_addr, htons(IPPROTO_TCP), htons(HEADER)};
  struct sockaddr_in to = s->there;
  h.check = ~sum(&h, HEADER, sum(&around, sizeof around, 0));
  to.sin_port = 0;
  if (sendto(raw, &h, HEADER, 0, (struct sockaddr *)&to, sizeof to) == HEADER) s->acked = position;
}

/* Whether its sender is still connected. */
static int look(struct stream *s) {
  struct tcp_info info;
  socklen_t length = sizeof info;
  if (getsockopt(s->sender, IPPROTO_TCP, TCP_INFO, &info, &length)) die("TCP_INFO");
  uint64_t sent = info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
  if (sent > s->acked || info.tcpi_bytes_acked < s->acked + 1) acknowledge(s, sent);
  return info.tcpi_state == 1;
}

int main(int argc, char **argv) {
  char line[128];
  struct sockaddr_in in = {.sin_family = AF_INET};
  socklen_t length = sizeof in;
  int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
  if (argc < 2 || !inet_aton(argv[1], &in.sin_addr)) die("acker ADDRESS");
  if (door < 0 || raw < 0 || bind(door, (struct sockaddr *)&in, sizeof in) || listen(door, 16) ||
      getsockname(door, (struct sockaddr *)&in, &length))
    die("listen");
  int small = 1; /* it never reads; what comes back to a raw socket is soon too much for it */
  setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  prctl(PR_SET_TIMERSLACK, 1);
  printf("at %d\n", ntohs(in.sin_port));
  fflush(stdout);
  for (;;) {
    struct pollfd input = {0, POLLIN, 0};
    struct timespec pace = {0, PACE_NANOS};
    int ready = ppoll(&input, 1, count ? &pace : NULL, NULL);
    if (ready > 0) {
      int pid, number;
      if (!fgets(line, sizeof line, stdin)) return 0;
      if (sscanf(line, "take %d %d", &pid, &number) == 2) take(door, pid, number);
      else printf("error acker: what is: %s", line);
      fflush(stdout);
    }
    for (int i = 0; i < count;) {
      if (look(&streams[i])) { i++; continue; }
      close(streams[i].sender);
      close(streams[i].fd);
      streams[i] = streams[--count];
    }
  }
}
