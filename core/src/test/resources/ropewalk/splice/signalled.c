/* What the kernel answers to each of its verbs when a signal comes while it waits: a line for each, its name and errno.
   A timer goes on ringing, so a signal that comes before the call has begun is followed by one that does not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

static void heard(int number) { (void)number; }

static void tell(const char *name, ssize_t result) {
    printf("%s %d\n", name, result < 0 ? errno : 0);
}

int main(int count, char **arguments) {
    struct sigaction action;
    struct itimerval timer = {{0, 20000}, {0, 20000}};
    int empty[2], full[2], room[2];
    static char page[4096];
    struct iovec one = {page, sizeof page};
    if (count < 2) return 2;
    int file = open(arguments[1], O_RDWR);
    if (file < 0 || pipe(empty) || pipe(full) || pipe(room)) return 2;
    if (fcntl(full[1], F_SETPIPE_SZ, 4096) != 4096 || write(full[1], page, 4096) != 4096) return 2;
    memset(&action, 0, sizeof action);
    action.sa_handler = heard; /* and no SA_RESTART */
    sigaction(SIGALRM, &action, 0);
    setitimer(ITIMER_REAL, &timer, 0);
    tell("fill", splice(file, 0, full[1], 0, 4096, 0));
    tell("drain", splice(empty[0], 0, file, 0, 4096, 0));
    tell("pass-empty", splice(empty[0], 0, room[1], 0, 4096, 0));
    tell("tee-empty", tee(empty[0], room[1], 4096, 0));
    tell("vmsplice-in", vmsplice(full[1], &one, 1, 0));
    tell("vmsplice-out", vmsplice(empty[0], &one, 1, 0));
    tell("sendfile", sendfile(full[1], file, 0, 4096));
    tell("read", read(empty[0], page, 4096));
    tell("write", write(full[1], page, 4096));
    return 0;
}
