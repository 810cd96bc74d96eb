/*
 * The other end of messages: one receiver for all subjects, on a core of its own, one epoll loop over all
 * connections.
 *
 *   listen PATH  -> at ECHOPORT EATPORT PATH
 *
 * What comes to the first port is sent back as it came. What comes to the second, or to the AF_UNIX socket
 * at PATH, is read into one buffer of 1 MiB and forgotten; at its end the connection is closed, which is
 * what senders wait for before they stop their clock.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, EVENTS = 256, FDS = 4096, ECHO_BYTES = 64 << 10 };
enum { NOBODY, STDIN, ECHO_DOOR, EAT_DOOR, ECHO, EAT };

static char buffer[BUFFER], role[FDS];
static int epoll;

static void die(const char *call) {
  printf("error echo: %s: %s\n", call, strerror(errno));
  fflush(stdout);
  exit(1);
}

static void watch(int fd, char as) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (fd >= FDS) die("too many descriptors");
  role[fd] = as;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

static int listen_tcp(char as) {
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof in;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof in) || listen(fd, 128) ||
      getsockname(fd, (struct sockaddr *)&in, &length))
    die("listen tcp");
  watch(fd, as);
  return ntohs(in.sin_port);
}

static void listen_all(const char *path) {
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  int echo = listen_tcp(ECHO_DOOR), eat = listen_tcp(EAT_DOOR);
  if (strlen(path) >= sizeof un.sun_path) die("path is too long");
  strcpy(un.sun_path, path);
  unlink(path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&un, sizeof un) || listen(fd, 128)) die("listen unix");
  watch(fd, EAT_DOOR);
  printf("at %d %d %s\n", echo, eat, path);
}

static void greet(int door) {
  int fd = accept4(door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), one = 1;
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* refused for AF_UNIX, and not needed there */
  watch(fd, role[door] == ECHO_DOOR ? ECHO : EAT);
}

/* Echoes are as short as the question, and one is asked at a time: they always fit the socket's buffer. */
static void serve(int fd) {
  ssize_t n = recv(fd, buffer, role[fd] == ECHO ? ECHO_BYTES : BUFFER, 0);
  if (n > 0 && role[fd] == ECHO) n = send(fd, buffer, n, MSG_NOSIGNAL) == n ? n : -1;
  if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR))) return;
  role[fd] = NOBODY;
  close(fd);
}

int main(void) {
  char line[256];
  struct epoll_event events[EVENTS];
  epoll = epoll_create1(EPOLL_CLOEXEC);
  memset(buffer, 1, sizeof buffer);
  watch(0, STDIN);
  for (;;) {
    int n = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (role[fd] == STDIN) {
        char path[108];
        if (!fgets(line, sizeof line, stdin)) return 0;
        if (sscanf(line, "listen %107s", path) == 1) listen_all(path);
        else printf("error echo: what is: %s", line);
        fflush(stdout);
      } else if (role[fd] == ECHO_DOOR || role[fd] == EAT_DOOR) {
        greet(fd);
      } else {
        serve(fd);
      }
    }
  }
}
