/* A peer that shares nothing with the library but the kernel: every family of sockets, and descriptors passed both ways.

     peer FAMILY echo [PATH]             binds, says "ready PORT", sends back what comes: "got LENGTH SUM" for each, then "end"
     peer FAMILY send ADDRESS SIZE...    connects and sends messages of the pattern, one behind the other: "sent"
     peer FAMILY give-memory PATH BYTES SEALS        a memfd of the pattern, with these seals (fcntl's number)
     peer FAMILY give-pipe PATH BYTES                the read end of a pipe that holds the pattern
     peer FAMILY give-many PATH COUNT                COUNT descriptors with one message
     peer FAMILY take PATH               binds, says "ready", reads what descriptors come: "fd KIND LENGTH SUM SEALS", then "end"

   FAMILY is tcp4 tcp6 unix udp4 udp6 unixgram seqpacket. Messages of no bytes end datagrams, the peer's close ends the others.
   Whatever goes wrong is told in a line and ends it; so does a minute. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ROOM (1 << 20)

static unsigned char bytes[ROOM];

static void demand(int holds, const char *what) {
    if (!holds) {
        printf("failed %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static void pattern(unsigned char *to, uint64_t from, size_t length) {
    for (size_t i = 0; i < length; i++) to[i] = (unsigned char)((from + i) + ((from + i) >> 8) + ((from + i) >> 16));
}

static uint64_t sum(uint64_t before, const unsigned char *from, size_t length) {
    for (size_t i = 0; i < length; i++) before = (before ^ from[i]) * 0x100000001b3u;
    return before;
}

#define EMPTY 0xcbf29ce484222325u

static int is(const char *family, const char *name) { return !strcmp(family, name); }
static int is_stream(const char *f) { return is(f, "tcp4") || is(f, "tcp6") || is(f, "unix"); }
static int is_local(const char *f) { return !strncmp(f, "unix", 4) || is(f, "seqpacket"); }
static int is_datagram(const char *f) { return !strncmp(f, "udp", 3) || is(f, "unixgram"); }

static int open_socket(const char *f) {
    int domain = is_local(f) ? AF_UNIX : f[3] == '6' ? AF_INET6 : AF_INET;
    int type = is_stream(f) ? SOCK_STREAM : is(f, "seqpacket") ? SOCK_SEQPACKET : SOCK_DGRAM;
    int s = socket(domain, type | SOCK_CLOEXEC, 0);
    demand(s >= 0, "socket");
    return s;
}

static socklen_t address(const char *f, const char *text, struct sockaddr_storage *to) {
    memset(to, 0, sizeof *to);
    if (is_local(f)) {
        struct sockaddr_un *local = (struct sockaddr_un *)to;
        local->sun_family = AF_UNIX;
        strncpy(local->sun_path, text, sizeof local->sun_path - 1);
        return sizeof *local;
    }
    if (f[3] == '6') {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;
        six->sin6_family = AF_INET6;
        six->sin6_addr = in6addr_loopback;
        six->sin6_port = htons((uint16_t)atoi(text));
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)to;
    four->sin_family = AF_INET;
    four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    four->sin_port = htons((uint16_t)atoi(text));
    return sizeof *four;
}

/* Binds, listens and accepts as the family wants it; the answer is what to receive from. */
static int served(const char *f, const char *name) {
    struct sockaddr_storage here;
    int s = open_socket(f);
    demand(!bind(s, (struct sockaddr *)&here, address(f, name, &here)), "bind");
    socklen_t length = sizeof here;
    demand(!getsockname(s, (struct sockaddr *)&here, &length), "getsockname");
    if (!is_datagram(f)) demand(!listen(s, 4), "listen");
    printf("ready %d\n", is_local(f) ? 0 : ntohs(((struct sockaddr_in *)&here)->sin_port));
    if (is_datagram(f)) return s;
    int one = accept(s, 0, 0);
    demand(one >= 0, "accept");
    return one;
}

static int connected(const char *f, const char *to) {
    struct sockaddr_storage there;
    int s = open_socket(f);
    demand(!connect(s, (struct sockaddr *)&there, address(f, to, &there)), "connect");
    return s;
}

static void send_all(int s, const unsigned char *from, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t went = send(s, from + done, length - done, MSG_NOSIGNAL);
        demand(went > 0, "send");
        done += (size_t)went;
    }
}

static void echo_stream(int s) {
    uint64_t total = 0, all = EMPTY;
    ssize_t got;
    while ((got = recv(s, bytes, ROOM, 0)) > 0) {
        all = sum(all, bytes, (size_t)got);
        total += (uint64_t)got;
        send_all(s, bytes, (size_t)got);
    }
    demand(got == 0, "recv");
    shutdown(s, SHUT_WR);
    printf("got %llu %llx\nend\n", (unsigned long long)total, (unsigned long long)all);
}

static void echo_messages(int s, int is_connected) {
    struct sockaddr_storage from;
    for (;;) {
        socklen_t named = sizeof from;
        ssize_t got = recvfrom(s, bytes, ROOM, 0, (struct sockaddr *)&from, &named);
        demand(got >= 0, "recvfrom");
        if (got > 0 || !is_connected) {
            printf("got %zd %llx\n", got, (unsigned long long)sum(EMPTY, bytes, (size_t)got));
            ssize_t went = is_connected ? send(s, bytes, (size_t)got, MSG_NOSIGNAL)
                           : named > sizeof(sa_family_t) ? sendto(s, bytes, (size_t)got, 0, (struct sockaddr *)&from, named)
                                                         : got;
            demand(went == got, "sendto");
        }
        if (got == 0) break;
    }
    printf("end\n");
}

static void send_sizes(const char *f, int s, char **sizes) {
    uint64_t at = 0;
    for (; *sizes; sizes++) {
        size_t size = (size_t)atol(*sizes);
        pattern(bytes, at, size);
        at += size;
        if (is_stream(f)) {
            send_all(s, bytes, size);
        } else {
            demand(send(s, bytes, size, MSG_NOSIGNAL) == (ssize_t)size, "send");
            /* A full receiver drops UDP: one at a time, each answered. */
            if (!strncmp(f, "udp", 3)) demand(recv(s, bytes, ROOM, 0) >= 0, "recv");
        }
    }
    if (is_datagram(f)) demand(send(s, bytes, 0, 0) == 0, "send");
    else shutdown(s, SHUT_WR);
    printf("sent\n");
    recv(s, bytes, ROOM, 0);
}

/* One message of the byte 'd' with descriptors. */
static void give(int s, const int *fds, int count) {
    char control[CMSG_SPACE(253 * sizeof(int))];
    struct iovec one = {"d", 1};
    struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = control};
    memset(control, 0, sizeof control);
    message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
    memcpy(CMSG_DATA(head), fds, (size_t)count * sizeof(int));
    demand(sendmsg(s, &message, MSG_NOSIGNAL) == 1, "sendmsg");
    printf("sent\n");
    recv(s, bytes, ROOM, 0); /* until the other side has what it wants */
}

static void give_memory(int s, size_t length, int seals) {
    int fd = memfd_create("parcel", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    demand(fd >= 0, "memfd_create");
    for (size_t done = 0; done < length;) {
        size_t part = length - done < ROOM ? length - done : ROOM;
        pattern(bytes, done, part);
        demand(write(fd, bytes, part) == (ssize_t)part, "write");
        done += part;
    }
    if (seals) demand(!fcntl(fd, F_ADD_SEALS, seals), "F_ADD_SEALS");
    give(s, &fd, 1);
}

static void give_pipe(int s, size_t length) {
    int ends[2];
    demand(!pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    pattern(bytes, 0, length);
    for (size_t done = 0; done < length;) {
        struct iovec rest = {bytes + done, length - done};
        ssize_t went = vmsplice(ends[1], &rest, 1, 0);
        demand(went > 0, "vmsplice");
        done += (size_t)went;
    }
    close(ends[1]);
    give(s, ends, 1);
}

static void give_many(int s, int count) {
    int fds[253];
    for (int i = 0; i < count; i++) demand((fds[i] = open("/dev/null", O_RDONLY)) >= 0, "open");
    give(s, fds, count);
}

static void read_through(int fd) {
    struct stat status;
    uint64_t total = 0, all = EMPTY;
    ssize_t got;
    demand(!fstat(fd, &status), "fstat");
    if (S_ISREG(status.st_mode)) lseek(fd, 0, SEEK_SET); /* the position is shared with the giver */
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    while ((got = read(fd, bytes, ROOM)) > 0) {
        all = sum(all, bytes, (size_t)got);
        total += (uint64_t)got;
    }
    demand(got == 0, "read");
    printf("fd %s %llu %llx %d\n", S_ISFIFO(status.st_mode) ? "pipe" : S_ISREG(status.st_mode) ? "file" : "other",
           (unsigned long long)total, (unsigned long long)all, fcntl(fd, F_GET_SEALS));
    close(fd);
}

static void take(int s, int is_gram) {
    for (;;) {
        char control[CMSG_SPACE(253 * sizeof(int))];
        struct iovec one = {bytes, ROOM};
        struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t got = recvmsg(s, &message, MSG_CMSG_CLOEXEC);
        demand(got >= 0, "recvmsg");
        if (got == 0) break;
        if (!is_gram) printf("data %zd\n", got);
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
            if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
            size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t i = 0; i < count; i++) {
                int fd;
                memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
                read_through(fd);
            }
        }
    }
    printf("end\n");
}

int main(int count, char **arguments) {
    setvbuf(stdout, 0, _IOLBF, 0);
    alarm(60);
    if (count < 3) return 2;
    const char *family = arguments[1], *role = arguments[2], *name = count > 3 ? arguments[3] : "0";
    if (is(role, "echo")) {
        int s = served(family, name);
        if (is_stream(family)) echo_stream(s);
        else echo_messages(s, is(family, "seqpacket"));
    } else if (is(role, "take")) {
        take(served(family, name), is(family, "unixgram"));
    } else if (is(role, "send")) {
        send_sizes(family, connected(family, name), arguments + 4);
    } else if (is(role, "give-memory") && count > 5) {
        give_memory(connected(family, name), (size_t)atol(arguments[4]), atoi(arguments[5]));
    } else if (is(role, "give-pipe") && count > 4) {
        give_pipe(connected(family, name), (size_t)atol(arguments[4]));
    } else if (is(role, "give-many") && count > 4) {
        give_many(connected(family, name), atoi(arguments[4]));
    } else {
        return 2;
    }
    return 0;
}
