/*
 * What this machine's kernel headers say: one line "name value" each. AbiTest compiles this file,
 * runs it, and compares every line with the classes of ropewalk.linux. A name that these headers do not
 * have yet is left out, and the test then says so.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/errqueue.h>
#include <linux/fs.h>
#include <linux/if_ether.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <linux/stat.h>
#include <linux/tcp.h>
#include <linux/vm_sockets.h>

#ifdef __x86_64__
#define AUDIT_ARCH_HERE AUDIT_ARCH_X86_64
#else
#define AUDIT_ARCH_HERE AUDIT_ARCH_AARCH64
#endif

#define N(class, name) printf(#class "." #name " %lld\n", (long long)(name))
#define AS(java, c) printf(java " %lld\n", (long long)(c))

int main(void) {
  /* Errno */
  N(Errno, EPERM); N(Errno, ENOENT); N(Errno, ESRCH); N(Errno, EINTR); N(Errno, EIO);
  N(Errno, ENXIO); N(Errno, E2BIG); N(Errno, ENOEXEC); N(Errno, EBADF); N(Errno, ECHILD);
  N(Errno, EAGAIN); N(Errno, ENOMEM); N(Errno, EACCES); N(Errno, EFAULT); N(Errno, ENOTBLK);
  N(Errno, EBUSY); N(Errno, EEXIST); N(Errno, EXDEV); N(Errno, ENODEV); N(Errno, ENOTDIR);
  N(Errno, EISDIR); N(Errno, EINVAL); N(Errno, ENFILE); N(Errno, EMFILE); N(Errno, ENOTTY);
  N(Errno, ETXTBSY); N(Errno, EFBIG); N(Errno, ENOSPC); N(Errno, ESPIPE); N(Errno, EROFS);
  N(Errno, EMLINK); N(Errno, EPIPE); N(Errno, EDOM); N(Errno, ERANGE); N(Errno, EDEADLK);
  N(Errno, ENAMETOOLONG); N(Errno, ENOLCK); N(Errno, ENOSYS); N(Errno, ENOTEMPTY); N(Errno, ELOOP);
  N(Errno, ENOMSG); N(Errno, ENODATA); N(Errno, ETIME); N(Errno, ENOLINK); N(Errno, EPROTO);
  N(Errno, EBADMSG); N(Errno, EOVERFLOW); N(Errno, EBADFD); N(Errno, EILSEQ); N(Errno, ERESTART);
  N(Errno, ENOTSOCK); N(Errno, EDESTADDRREQ); N(Errno, EMSGSIZE); N(Errno, EPROTOTYPE);
  N(Errno, ENOPROTOOPT); N(Errno, EPROTONOSUPPORT); N(Errno, ESOCKTNOSUPPORT); N(Errno, EOPNOTSUPP);
  N(Errno, EPFNOSUPPORT); N(Errno, EAFNOSUPPORT); N(Errno, EADDRINUSE); N(Errno, EADDRNOTAVAIL);
  N(Errno, ENETDOWN); N(Errno, ENETUNREACH); N(Errno, ENETRESET); N(Errno, ECONNABORTED);
  N(Errno, ECONNRESET); N(Errno, ENOBUFS); N(Errno, EISCONN); N(Errno, ENOTCONN);
  N(Errno, ESHUTDOWN); N(Errno, ETOOMANYREFS); N(Errno, ETIMEDOUT); N(Errno, ECONNREFUSED);
  N(Errno, EHOSTDOWN); N(Errno, EHOSTUNREACH); N(Errno, EALREADY); N(Errno, EINPROGRESS);
  N(Errno, ESTALE); N(Errno, EUCLEAN); N(Errno, EREMOTEIO); N(Errno, EDQUOT); N(Errno, ENOMEDIUM);
  N(Errno, EMEDIUMTYPE); N(Errno, ECANCELED); N(Errno, ENOKEY); N(Errno, EKEYEXPIRED);
  N(Errno, EKEYREVOKED); N(Errno, EKEYREJECTED); N(Errno, EOWNERDEAD); N(Errno, ENOTRECOVERABLE);
  N(Errno, ERFKILL); N(Errno, EHWPOISON);
  /* Open */
  N(Open, O_RDONLY); N(Open, O_WRONLY); N(Open, O_RDWR); N(Open, O_ACCMODE); N(Open, O_CREAT);
  N(Open, O_EXCL); N(Open, O_NOCTTY); N(Open, O_TRUNC); N(Open, O_APPEND); N(Open, O_NONBLOCK);
  N(Open, O_DSYNC); N(Open, O_SYNC); N(Open, O_DIRECT); N(Open, O_DIRECTORY); N(Open, O_NOFOLLOW);
  N(Open, O_NOATIME); N(Open, O_CLOEXEC); N(Open, O_PATH); N(Open, O_TMPFILE);
  N(Open, RESOLVE_NO_XDEV); N(Open, RESOLVE_NO_MAGICLINKS); N(Open, RESOLVE_NO_SYMLINKS);
  N(Open, RESOLVE_BENEATH); N(Open, RESOLVE_IN_ROOT); N(Open, RESOLVE_CACHED); N(Open, AT_FDCWD);
  N(Open, AT_SYMLINK_NOFOLLOW); N(Open, AT_REMOVEDIR); N(Open, AT_SYMLINK_FOLLOW);
  N(Open, AT_NO_AUTOMOUNT); N(Open, AT_EMPTY_PATH); N(Open, AT_STATX_FORCE_SYNC);
  N(Open, AT_STATX_DONT_SYNC);
  /* FileFlags */
  N(FileFlags, SEEK_SET); N(FileFlags, SEEK_CUR); N(FileFlags, SEEK_END); N(FileFlags, SEEK_DATA);
  N(FileFlags, SEEK_HOLE); N(FileFlags, FALLOC_FL_KEEP_SIZE); N(FileFlags, FALLOC_FL_PUNCH_HOLE);
  N(FileFlags, FALLOC_FL_COLLAPSE_RANGE); N(FileFlags, FALLOC_FL_ZERO_RANGE);
  N(FileFlags, FALLOC_FL_INSERT_RANGE); N(FileFlags, POSIX_FADV_NORMAL);
  N(FileFlags, POSIX_FADV_RANDOM); N(FileFlags, POSIX_FADV_SEQUENTIAL);
  N(FileFlags, POSIX_FADV_WILLNEED); N(FileFlags, POSIX_FADV_DONTNEED);
  N(FileFlags, POSIX_FADV_NOREUSE); N(FileFlags, RENAME_NOREPLACE); N(FileFlags, RENAME_EXCHANGE);
  N(FileFlags, RWF_HIPRI); N(FileFlags, RWF_DSYNC); N(FileFlags, RWF_SYNC);
  N(FileFlags, RWF_NOWAIT); N(FileFlags, RWF_APPEND); N(FileFlags, RWF_NOAPPEND);
#ifdef RWF_ATOMIC
  N(FileFlags, RWF_ATOMIC);
#endif
#ifdef RWF_DONTCACHE
  N(FileFlags, RWF_DONTCACHE);
#endif
  N(FileFlags, FICLONE); N(FileFlags, FICLONERANGE); N(FileFlags, BLKGETSIZE64);
  N(FileFlags, BLKSSZGET); N(FileFlags, FIONREAD);
  /* Fcntl */
  N(Fcntl, F_DUPFD); N(Fcntl, F_GETFD); N(Fcntl, F_SETFD); N(Fcntl, F_GETFL); N(Fcntl, F_SETFL);
  N(Fcntl, F_SETOWN); N(Fcntl, F_SETSIG); N(Fcntl, F_GETSIG); N(Fcntl, F_SETOWN_EX);
  N(Fcntl, F_OFD_GETLK); N(Fcntl, F_OFD_SETLK); N(Fcntl, F_SETLEASE); N(Fcntl, F_GETLEASE);
  N(Fcntl, F_DUPFD_CLOEXEC); N(Fcntl, F_SETPIPE_SZ); N(Fcntl, F_GETPIPE_SZ); N(Fcntl, F_ADD_SEALS);
  N(Fcntl, F_GET_SEALS); N(Fcntl, FD_CLOEXEC); N(Fcntl, F_RDLCK); N(Fcntl, F_WRLCK);
  N(Fcntl, F_UNLCK); N(Fcntl, F_SEAL_SEAL); N(Fcntl, F_SEAL_SHRINK); N(Fcntl, F_SEAL_GROW);
  N(Fcntl, F_SEAL_WRITE); N(Fcntl, F_SEAL_FUTURE_WRITE); N(Fcntl, SIGURG);
  /* Splices */
  N(Splices, SPLICE_F_MOVE); N(Splices, SPLICE_F_NONBLOCK); N(Splices, SPLICE_F_MORE);
  N(Splices, SPLICE_F_GIFT); N(Splices, PIPE_BUF);
  /* Maps */
  N(Maps, PROT_NONE); N(Maps, PROT_READ); N(Maps, PROT_WRITE); N(Maps, MAP_SHARED);
  N(Maps, MAP_PRIVATE); N(Maps, MAP_FIXED); N(Maps, MAP_ANONYMOUS); N(Maps, MAP_LOCKED);
  N(Maps, MAP_NORESERVE); N(Maps, MAP_POPULATE); N(Maps, MAP_STACK); N(Maps, MAP_HUGETLB);
  N(Maps, MAP_FIXED_NOREPLACE); N(Maps, MADV_NORMAL); N(Maps, MADV_RANDOM);
  N(Maps, MADV_SEQUENTIAL); N(Maps, MADV_WILLNEED); N(Maps, MADV_DONTNEED); N(Maps, MADV_FREE);
  N(Maps, MADV_REMOVE); N(Maps, MADV_DONTFORK); N(Maps, MADV_DOFORK); N(Maps, MADV_HUGEPAGE);
  N(Maps, MADV_NOHUGEPAGE); N(Maps, MADV_DONTDUMP); N(Maps, MADV_COLD); N(Maps, MADV_PAGEOUT);
  N(Maps, MADV_POPULATE_READ); N(Maps, MADV_POPULATE_WRITE); N(Maps, MFD_CLOEXEC);
  N(Maps, MFD_ALLOW_SEALING); N(Maps, MFD_HUGETLB);
#ifdef MFD_NOEXEC_SEAL
  N(Maps, MFD_NOEXEC_SEAL);
#endif
  /* Poll */
  N(Poll, POLLIN); N(Poll, POLLPRI); N(Poll, POLLOUT); N(Poll, POLLERR); N(Poll, POLLHUP);
  N(Poll, POLLNVAL); N(Poll, POLLRDHUP); N(Poll, EPOLL_CLOEXEC); N(Poll, EPOLL_CTL_ADD);
  N(Poll, EPOLL_CTL_DEL); N(Poll, EPOLL_CTL_MOD); N(Poll, EPOLLIN); N(Poll, EPOLLPRI);
  N(Poll, EPOLLOUT); N(Poll, EPOLLERR); N(Poll, EPOLLHUP); N(Poll, EPOLLRDHUP);
  N(Poll, EPOLLEXCLUSIVE); N(Poll, EPOLLONESHOT); N(Poll, EPOLLET); N(Poll, EFD_SEMAPHORE);
  N(Poll, EFD_NONBLOCK); N(Poll, EFD_CLOEXEC);
  /* Sockets */
  N(Sockets, AF_UNSPEC); N(Sockets, AF_UNIX); N(Sockets, AF_INET); N(Sockets, AF_INET6);
  N(Sockets, AF_NETLINK); N(Sockets, AF_PACKET); N(Sockets, AF_ALG); N(Sockets, AF_VSOCK);
  N(Sockets, SOCK_STREAM); N(Sockets, SOCK_DGRAM); N(Sockets, SOCK_RAW); N(Sockets, SOCK_SEQPACKET);
  N(Sockets, SOCK_NONBLOCK); N(Sockets, SOCK_CLOEXEC); N(Sockets, SOMAXCONN);
  N(Sockets, IPPROTO_IP); N(Sockets, IPPROTO_TCP); N(Sockets, IPPROTO_UDP);
  N(Sockets, IPPROTO_IPV6); N(Sockets, IPPROTO_MPTCP); N(Sockets, SOL_SOCKET);
#ifdef SOL_TCP
  N(Sockets, SOL_TCP);
#endif
  N(Sockets, SOL_UDP); N(Sockets, SOL_ALG); N(Sockets, SOL_TLS); N(Sockets, SO_REUSEADDR);
  N(Sockets, SO_TYPE); N(Sockets, SO_ERROR); N(Sockets, SO_BROADCAST); N(Sockets, SO_SNDBUF);
  N(Sockets, SO_RCVBUF); N(Sockets, SO_KEEPALIVE); N(Sockets, SO_LINGER); N(Sockets, SO_REUSEPORT);
  N(Sockets, SO_PASSCRED); N(Sockets, SO_PEERCRED); N(Sockets, SO_ACCEPTCONN);
  N(Sockets, SO_PROTOCOL); N(Sockets, SO_DOMAIN); N(Sockets, SO_BUSY_POLL);
  N(Sockets, SO_INCOMING_CPU); N(Sockets, SO_ZEROCOPY); N(Sockets, TCP_NODELAY);
  N(Sockets, TCP_CORK); N(Sockets, TCP_KEEPIDLE); N(Sockets, TCP_KEEPINTVL);
  N(Sockets, TCP_KEEPCNT); N(Sockets, TCP_INFO); N(Sockets, TCP_QUICKACK);
  N(Sockets, TCP_USER_TIMEOUT); N(Sockets, TCP_FASTOPEN); N(Sockets, TCP_NOTSENT_LOWAT);
  N(Sockets, TCP_ULP); N(Sockets, UDP_CORK); N(Sockets, UDP_SEGMENT); N(Sockets, UDP_GRO);
  N(Sockets, IP_RECVERR); N(Sockets, IPV6_RECVERR); N(Sockets, IPV6_V6ONLY); N(Sockets, MSG_OOB);
  N(Sockets, MSG_PEEK); N(Sockets, MSG_CTRUNC); N(Sockets, MSG_TRUNC); N(Sockets, MSG_DONTWAIT);
  N(Sockets, MSG_WAITALL); N(Sockets, MSG_EOR); N(Sockets, MSG_ERRQUEUE); N(Sockets, MSG_NOSIGNAL);
  N(Sockets, MSG_MORE); N(Sockets, MSG_ZEROCOPY);
#ifdef MSG_SPLICE_PAGES
  N(Sockets, MSG_SPLICE_PAGES);
#endif
  N(Sockets, MSG_CMSG_CLOEXEC); N(Sockets, SCM_RIGHTS); N(Sockets, SCM_CREDENTIALS);
  N(Sockets, SO_EE_ORIGIN_ZEROCOPY); N(Sockets, SO_EE_CODE_ZEROCOPY_COPIED); N(Sockets, SHUT_RD);
  N(Sockets, SHUT_WR); N(Sockets, SHUT_RDWR); N(Sockets, SIOCOUTQ); N(Sockets, SIOCINQ);
  N(Sockets, IPPROTO_ICMP); N(Sockets, IPPROTO_ICMPV6); N(Sockets, IPPROTO_SCTP);
  N(Sockets, IPPROTO_RAW); N(Sockets, SOL_VSOCK); N(Sockets, TCP_MAXSEG);
  N(Sockets, IP_MTU_DISCOVER); N(Sockets, IP_MTU); N(Sockets, IPV6_MTU_DISCOVER);
  N(Sockets, IPV6_MTU); N(Sockets, IP_PMTUDISC_DONT); N(Sockets, IP_PMTUDISC_DO);
  N(Sockets, SO_EE_ORIGIN_NONE); N(Sockets, SO_EE_ORIGIN_LOCAL); N(Sockets, SO_EE_ORIGIN_ICMP);
  N(Sockets, SO_EE_ORIGIN_ICMP6); N(Sockets, SIOCOUTQNSD);
  /* TcpRepair */
  N(TcpRepair, TCP_REPAIR); N(TcpRepair, TCP_REPAIR_QUEUE); N(TcpRepair, TCP_QUEUE_SEQ);
  N(TcpRepair, TCP_REPAIR_OPTIONS); N(TcpRepair, TCP_TIMESTAMP); N(TcpRepair, TCP_REPAIR_WINDOW);
  N(TcpRepair, TCP_REPAIR_ON); N(TcpRepair, TCP_REPAIR_OFF); N(TcpRepair, TCP_REPAIR_OFF_NO_WP);
  N(TcpRepair, TCP_NO_QUEUE); N(TcpRepair, TCP_RECV_QUEUE); N(TcpRepair, TCP_SEND_QUEUE);
  /* Clocks */
  N(Clocks, CLOCK_PROCESS_CPUTIME_ID); N(Clocks, CLOCK_THREAD_CPUTIME_ID);

  /* Limits */
  N(Limits, _SC_CLK_TCK); N(Limits, _SC_IOV_MAX); N(Limits, _SC_PAGESIZE);
  N(Limits, _SC_NPROCESSORS_ONLN); N(Limits, _SC_PHYS_PAGES); N(Limits, RLIMIT_NOFILE);
  N(Limits, RLIMIT_MEMLOCK); N(Limits, RLIMIT_AS); N(Limits, RLIMIT_FSIZE);
  N(Limits, RLIM_INFINITY);
  /* Seccomp */
  N(Seccomp, PR_SET_NO_NEW_PRIVS); N(Seccomp, PR_GET_NO_NEW_PRIVS); N(Seccomp, PR_GET_SECCOMP);
  N(Seccomp, SECCOMP_SET_MODE_FILTER); N(Seccomp, SECCOMP_GET_ACTION_AVAIL);
  N(Seccomp, SECCOMP_FILTER_FLAG_TSYNC); N(Seccomp, SECCOMP_RET_ALLOW);
  N(Seccomp, SECCOMP_RET_ERRNO);
  /* call numbers */
  AS("Abi.NR_OPENAT2", __NR_openat2);
  AS("Abi.NR_CLOSE", __NR_close);
  AS("Abi.NR_READ", __NR_read);
  AS("Abi.NR_WRITE", __NR_write);
  AS("Abi.NR_PREAD64", __NR_pread64);
  AS("Abi.NR_PWRITE64", __NR_pwrite64);
  AS("Abi.NR_PREADV2", __NR_preadv2);
  AS("Abi.NR_PWRITEV2", __NR_pwritev2);
  AS("Abi.NR_LSEEK", __NR_lseek);
  AS("Abi.NR_FTRUNCATE", __NR_ftruncate);
  AS("Abi.NR_FALLOCATE", __NR_fallocate);
  AS("Abi.NR_FSYNC", __NR_fsync);
  AS("Abi.NR_FDATASYNC", __NR_fdatasync);
  AS("Abi.NR_STATX", __NR_statx);
  AS("Abi.NR_FCNTL", __NR_fcntl);
  AS("Abi.NR_IOCTL", __NR_ioctl);
  AS("Abi.NR_COPY_FILE_RANGE", __NR_copy_file_range);
  AS("Abi.NR_SENDFILE", __NR_sendfile);
  AS("Abi.NR_UNLINKAT", __NR_unlinkat);
  AS("Abi.NR_RENAMEAT2", __NR_renameat2);
  AS("Abi.NR_LINKAT", __NR_linkat);
  AS("Abi.NR_FADVISE64", __NR_fadvise64);
  AS("Abi.NR_PIPE2", __NR_pipe2);
  AS("Abi.NR_SPLICE", __NR_splice);
  AS("Abi.NR_TEE", __NR_tee);
  AS("Abi.NR_VMSPLICE", __NR_vmsplice);
  AS("Abi.NR_MEMFD_CREATE", __NR_memfd_create);
  AS("Abi.NR_MMAP", __NR_mmap);
  AS("Abi.NR_MUNMAP", __NR_munmap);
  AS("Abi.NR_MADVISE", __NR_madvise);
  AS("Abi.NR_SOCKET", __NR_socket);
  AS("Abi.NR_SOCKETPAIR", __NR_socketpair);
  AS("Abi.NR_BIND", __NR_bind);
  AS("Abi.NR_LISTEN", __NR_listen);
  AS("Abi.NR_ACCEPT4", __NR_accept4);
  AS("Abi.NR_CONNECT", __NR_connect);
  AS("Abi.NR_SHUTDOWN", __NR_shutdown);
  AS("Abi.NR_GETSOCKNAME", __NR_getsockname);
  AS("Abi.NR_GETPEERNAME", __NR_getpeername);
  AS("Abi.NR_SETSOCKOPT", __NR_setsockopt);
  AS("Abi.NR_GETSOCKOPT", __NR_getsockopt);
  AS("Abi.NR_SENDTO", __NR_sendto);
  AS("Abi.NR_RECVFROM", __NR_recvfrom);
  AS("Abi.NR_SENDMSG", __NR_sendmsg);
  AS("Abi.NR_RECVMSG", __NR_recvmsg);
  AS("Abi.NR_EPOLL_CREATE1", __NR_epoll_create1);
  AS("Abi.NR_EPOLL_CTL", __NR_epoll_ctl);
  AS("Abi.NR_EPOLL_PWAIT", __NR_epoll_pwait);
  AS("Abi.NR_PPOLL", __NR_ppoll);
  AS("Abi.NR_EVENTFD2", __NR_eventfd2);
  AS("Abi.NR_IO_URING_SETUP", __NR_io_uring_setup);
  AS("Abi.NR_IO_URING_ENTER", __NR_io_uring_enter);
  AS("Abi.NR_IO_URING_REGISTER", __NR_io_uring_register);
  AS("Abi.NR_SECCOMP", __NR_seccomp);
  AS("Abi.NR_PRCTL", __NR_prctl);
  AS("Abi.NR_PRLIMIT64", __NR_prlimit64);
  AS("Abi.NR_UNAME", __NR_uname);
  AS("Abi.NR_CLOCK_GETTIME", __NR_clock_gettime);
  /* layouts */
  AS("Abi.AUDIT_ARCH", (int)AUDIT_ARCH_HERE);
  AS("Abi.EPOLL_EVENT_SIZE", sizeof(struct epoll_event));
  AS("Abi.EPOLL_EVENT_DATA", offsetof(struct epoll_event, data));
  AS("EpollEvent.EVENTS", offsetof(struct epoll_event, events));
  AS("FileCloneRange.SIZE", sizeof(struct file_clone_range));
  AS("FileCloneRange.SRC_FD", offsetof(struct file_clone_range, src_fd));
  AS("FileCloneRange.SRC_OFFSET", offsetof(struct file_clone_range, src_offset));
  AS("FileCloneRange.SRC_LENGTH", offsetof(struct file_clone_range, src_length));
  AS("FileCloneRange.DEST_OFFSET", offsetof(struct file_clone_range, dest_offset));
  AS("Iovec.SIZE", sizeof(struct iovec));
  AS("Iovec.BASE", offsetof(struct iovec, iov_base));
  AS("Iovec.LENGTH", offsetof(struct iovec, iov_len));
  AS("Msghdr.SIZE", sizeof(struct msghdr));
  AS("Msghdr.NAME", offsetof(struct msghdr, msg_name));
  AS("Msghdr.NAME_LENGTH", offsetof(struct msghdr, msg_namelen));
  AS("Msghdr.IOV", offsetof(struct msghdr, msg_iov));
  AS("Msghdr.IOV_COUNT", offsetof(struct msghdr, msg_iovlen));
  AS("Msghdr.CONTROL", offsetof(struct msghdr, msg_control));
  AS("Msghdr.CONTROL_LENGTH", offsetof(struct msghdr, msg_controllen));
  AS("Msghdr.FLAGS", offsetof(struct msghdr, msg_flags));
  AS("Msghdr.CMSG_HEADER", CMSG_LEN(0));
  AS("Msghdr.CMSG_LENGTH", offsetof(struct cmsghdr, cmsg_len));
  AS("Msghdr.CMSG_LEVEL", offsetof(struct cmsghdr, cmsg_level));
  AS("Msghdr.CMSG_TYPE", offsetof(struct cmsghdr, cmsg_type));
  AS("Cmsg.ALIGN", CMSG_ALIGN(1));
  AS("SockErr.SIZE", sizeof(struct sock_extended_err));
  AS("SockErr.ERRNO", offsetof(struct sock_extended_err, ee_errno));
  AS("SockErr.ORIGIN", offsetof(struct sock_extended_err, ee_origin));
  AS("SockErr.TYPE", offsetof(struct sock_extended_err, ee_type));
  AS("SockErr.CODE", offsetof(struct sock_extended_err, ee_code));
  AS("SockErr.INFO", offsetof(struct sock_extended_err, ee_info));
  AS("SockErr.DATA", offsetof(struct sock_extended_err, ee_data));
  AS("TcpInfo.STATE", offsetof(struct tcp_info, tcpi_state));
  AS("TcpInfo.SND_MSS", offsetof(struct tcp_info, tcpi_snd_mss));
  AS("TcpInfo.UNACKED", offsetof(struct tcp_info, tcpi_unacked));
  AS("TcpInfo.RTT", offsetof(struct tcp_info, tcpi_rtt));
  AS("TcpInfo.TOTAL_RETRANS", offsetof(struct tcp_info, tcpi_total_retrans));
  AS("TcpInfo.BYTES_ACKED", offsetof(struct tcp_info, tcpi_bytes_acked));
  AS("TcpInfo.BYTES_RECEIVED", offsetof(struct tcp_info, tcpi_bytes_received));
  AS("TcpInfo.NOTSENT_BYTES", offsetof(struct tcp_info, tcpi_notsent_bytes));
  AS("TcpInfo.BYTES_SENT", offsetof(struct tcp_info, tcpi_bytes_sent));
  AS("TcpInfo.BYTES_RETRANS", offsetof(struct tcp_info, tcpi_bytes_retrans));
  AS("TcpInfo.SND_WND", offsetof(struct tcp_info, tcpi_snd_wnd));
  AS("TcpInfo.SIZE", offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof(__u32));
  AS("TcpInfo.TCP_ESTABLISHED", BPF_TCP_ESTABLISHED);
  AS("TcpInfo.TCP_FIN_WAIT1", BPF_TCP_FIN_WAIT1);
  AS("TcpInfo.TCP_CLOSE", BPF_TCP_CLOSE);
  AS("TcpInfo.TCP_CLOSE_WAIT", BPF_TCP_CLOSE_WAIT);
  AS("TcpInfo.TCP_LISTEN", BPF_TCP_LISTEN);
  AS("RareAddr.SIZE_VM", sizeof(struct sockaddr_vm));
  AS("RareAddr.VM_PORT", offsetof(struct sockaddr_vm, svm_port));
  AS("RareAddr.VM_CID", offsetof(struct sockaddr_vm, svm_cid));
  AS("RareAddr.SIZE_NL", sizeof(struct sockaddr_nl));
  AS("RareAddr.NL_PID", offsetof(struct sockaddr_nl, nl_pid));
  AS("RareAddr.NL_GROUPS", offsetof(struct sockaddr_nl, nl_groups));
  AS("RareAddr.SIZE_LL", sizeof(struct sockaddr_ll));
  AS("RareAddr.LL_PROTOCOL", offsetof(struct sockaddr_ll, sll_protocol));
  AS("RareAddr.LL_IFINDEX", offsetof(struct sockaddr_ll, sll_ifindex));
  AS("RareAddr.LL_HATYPE", offsetof(struct sockaddr_ll, sll_hatype));
  AS("RareAddr.LL_PKTTYPE", offsetof(struct sockaddr_ll, sll_pkttype));
  AS("RareAddr.LL_HALEN", offsetof(struct sockaddr_ll, sll_halen));
  AS("RareAddr.LL_ADDR", offsetof(struct sockaddr_ll, sll_addr));
  N(RareAddr, VMADDR_CID_ANY); N(RareAddr, VMADDR_CID_LOCAL); N(RareAddr, VMADDR_CID_HOST);
  N(RareAddr, VMADDR_PORT_ANY); N(RareAddr, ETH_P_ALL); N(RareAddr, ETH_P_IP);
  N(RareAddr, ETH_P_IPV6);
  AS("PollFd.SIZE", sizeof(struct pollfd));
  AS("PollFd.FD", offsetof(struct pollfd, fd));
  AS("PollFd.EVENTS", offsetof(struct pollfd, events));
  AS("PollFd.REVENTS", offsetof(struct pollfd, revents));
  AS("SockAddr.SIZE", sizeof(struct sockaddr_storage));
  AS("SockAddr.FAMILY", offsetof(struct sockaddr_in, sin_family));
  AS("SockAddr.PORT", offsetof(struct sockaddr_in, sin_port));
  AS("SockAddr.ADDRESS4", offsetof(struct sockaddr_in, sin_addr));
  AS("SockAddr.SIZE4", sizeof(struct sockaddr_in));
  AS("SockAddr.ADDRESS6", offsetof(struct sockaddr_in6, sin6_addr));
  AS("SockAddr.SCOPE6", offsetof(struct sockaddr_in6, sin6_scope_id));
  AS("SockAddr.SIZE6", sizeof(struct sockaddr_in6));
  AS("SockAddr.PATH", offsetof(struct sockaddr_un, sun_path));
  AS("SockAddr.PATH_MAX", sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
  AS("Uname.SIZE", sizeof(struct utsname));
  AS("Uname.RELEASE", offsetof(struct utsname, release));
  AS("Uname.NAME_SIZE", sizeof(((struct utsname *)0)->release));
  AS("Seccomp.SECCOMP_DATA_NR", offsetof(struct seccomp_data, nr));
  AS("Seccomp.SECCOMP_DATA_ARCH", offsetof(struct seccomp_data, arch));
  AS("Statx.SIZE", sizeof(struct statx));
  AS("Statx.MASK", offsetof(struct statx, stx_mask));
  AS("Statx.BLKSIZE", offsetof(struct statx, stx_blksize));
  AS("Statx.ATTRIBUTES", offsetof(struct statx, stx_attributes));
  AS("Statx.NLINK", offsetof(struct statx, stx_nlink));
  AS("Statx.UID", offsetof(struct statx, stx_uid));
  AS("Statx.GID", offsetof(struct statx, stx_gid));
  AS("Statx.MODE", offsetof(struct statx, stx_mode));
  AS("Statx.INO", offsetof(struct statx, stx_ino));
  AS("Statx.SIZE_OF_FILE", offsetof(struct statx, stx_size));
  AS("Statx.BLOCKS", offsetof(struct statx, stx_blocks));
  AS("Statx.ATTRIBUTES_MASK", offsetof(struct statx, stx_attributes_mask));
  AS("Statx.ATIME", offsetof(struct statx, stx_atime));
  AS("Statx.BTIME", offsetof(struct statx, stx_btime));
  AS("Statx.CTIME", offsetof(struct statx, stx_ctime));
  AS("Statx.MTIME", offsetof(struct statx, stx_mtime));
  AS("Statx.RDEV_MAJOR", offsetof(struct statx, stx_rdev_major));
  AS("Statx.RDEV_MINOR", offsetof(struct statx, stx_rdev_minor));
  AS("Statx.DEV_MAJOR", offsetof(struct statx, stx_dev_major));
  AS("Statx.DEV_MINOR", offsetof(struct statx, stx_dev_minor));
  AS("Statx.MNT_ID", offsetof(struct statx, stx_mnt_id));
  AS("Statx.DIO_MEM_ALIGN", offsetof(struct statx, stx_dio_mem_align));
  AS("Statx.DIO_OFFSET_ALIGN", offsetof(struct statx, stx_dio_offset_align));
#ifdef STATX_DIO_READ_ALIGN
  AS("Statx.DIO_READ_OFFSET_ALIGN", offsetof(struct statx, stx_dio_read_offset_align));
#endif
  N(Statx, STATX_TYPE); N(Statx, STATX_MODE); N(Statx, STATX_MTIME); N(Statx, STATX_CTIME);
  N(Statx, STATX_INO); N(Statx, STATX_SIZE); N(Statx, STATX_BLOCKS); N(Statx, STATX_BASIC_STATS);
  N(Statx, STATX_BTIME); N(Statx, STATX_MNT_ID); N(Statx, STATX_DIOALIGN);
#ifdef STATX_DIO_READ_ALIGN
  N(Statx, STATX_DIO_READ_ALIGN);
#endif
  N(Statx, S_IFMT); N(Statx, S_IFSOCK); N(Statx, S_IFLNK); N(Statx, S_IFREG); N(Statx, S_IFBLK);
  N(Statx, S_IFDIR); N(Statx, S_IFCHR); N(Statx, S_IFIFO); N(Statx, STATX_ATTR_VERITY);
  /* io_uring */
  AS("RingProbe.PARAMS_SIZE", sizeof(struct io_uring_params));
  AS("RingProbe.IORING_REGISTER_PROBE", IORING_REGISTER_PROBE);
  AS("RingProbe.IORING_OP_SEND_ZC", IORING_OP_SEND_ZC);
  AS("RingProbe.PROBE_COUNT", offsetof(struct io_uring_probe, ops_len));
  AS("RingProbe.PROBE_HEADER", sizeof(struct io_uring_probe));
  AS("RingProbe.PROBE_OP", sizeof(struct io_uring_probe_op));
  AS("RingProbe.PROBE_OP_FLAGS", offsetof(struct io_uring_probe_op, flags));
  AS("uring.UringParams.SIZE", sizeof(struct io_uring_params));
  AS("uring.UringParams.SQ_ENTRIES", offsetof(struct io_uring_params, sq_entries));
  AS("uring.UringParams.CQ_ENTRIES", offsetof(struct io_uring_params, cq_entries));
  AS("uring.UringParams.FLAGS", offsetof(struct io_uring_params, flags));
  AS("uring.UringParams.FEATURES", offsetof(struct io_uring_params, features));
  AS("uring.UringParams.SQ_OFFSETS", offsetof(struct io_uring_params, sq_off));
  AS("uring.UringParams.CQ_OFFSETS", offsetof(struct io_uring_params, cq_off));
  AS("uring.UringParams.SQ_HEAD", offsetof(struct io_sqring_offsets, head));
  AS("uring.UringParams.SQ_TAIL", offsetof(struct io_sqring_offsets, tail));
  AS("uring.UringParams.SQ_FLAGS", offsetof(struct io_sqring_offsets, flags));
  AS("uring.UringParams.SQ_DROPPED", offsetof(struct io_sqring_offsets, dropped));
  AS("uring.UringParams.SQ_ARRAY", offsetof(struct io_sqring_offsets, array));
  AS("uring.UringParams.CQ_HEAD", offsetof(struct io_cqring_offsets, head));
  AS("uring.UringParams.CQ_TAIL", offsetof(struct io_cqring_offsets, tail));
  AS("uring.UringParams.CQ_OVERFLOW", offsetof(struct io_cqring_offsets, overflow));
  AS("uring.UringParams.CQ_CQES", offsetof(struct io_cqring_offsets, cqes));
  AS("uring.Cqe.SIZE", sizeof(struct io_uring_cqe));
  AS("uring.Cqe.USER_DATA", offsetof(struct io_uring_cqe, user_data));
  AS("uring.Cqe.RESULT", offsetof(struct io_uring_cqe, res));
  AS("uring.Cqe.FLAGS", offsetof(struct io_uring_cqe, flags));
  AS("uring.Sqe.SIZE", sizeof(struct io_uring_sqe));
  AS("uring.Sqe.OPCODE", offsetof(struct io_uring_sqe, opcode));
  AS("uring.Sqe.FLAGS", offsetof(struct io_uring_sqe, flags));
  AS("uring.Sqe.IOPRIO", offsetof(struct io_uring_sqe, ioprio));
  AS("uring.Sqe.FD", offsetof(struct io_uring_sqe, fd));
  AS("uring.Sqe.OFFSET", offsetof(struct io_uring_sqe, off));
  AS("uring.Sqe.ADDRESS", offsetof(struct io_uring_sqe, addr));
  AS("uring.Sqe.LENGTH", offsetof(struct io_uring_sqe, len));
  AS("uring.Sqe.OP_FLAGS", offsetof(struct io_uring_sqe, rw_flags));
  AS("uring.Sqe.USER_DATA", offsetof(struct io_uring_sqe, user_data));
  AS("uring.Sqe.BUF_INDEX", offsetof(struct io_uring_sqe, buf_index));
  AS("uring.Sqe.SPLICE_FD_IN", offsetof(struct io_uring_sqe, splice_fd_in));
  AS("uring.Sqe.OPEN_HOW_SIZE", sizeof(struct open_how));
  AS("uring.Uring.IORING_SETUP_IOPOLL", IORING_SETUP_IOPOLL);
  AS("uring.Uring.IORING_SETUP_SQPOLL", IORING_SETUP_SQPOLL);
  AS("uring.Uring.IORING_SETUP_CQSIZE", IORING_SETUP_CQSIZE);
  AS("uring.Uring.IORING_SETUP_CLAMP", IORING_SETUP_CLAMP);
  AS("uring.Uring.IORING_SETUP_ATTACH_WQ", IORING_SETUP_ATTACH_WQ);
  AS("uring.Uring.IORING_SETUP_R_DISABLED", IORING_SETUP_R_DISABLED);
  AS("uring.Uring.IORING_SETUP_SUBMIT_ALL", IORING_SETUP_SUBMIT_ALL);
  AS("uring.Uring.IORING_SETUP_COOP_TASKRUN", IORING_SETUP_COOP_TASKRUN);
  AS("uring.Uring.IORING_SETUP_TASKRUN_FLAG", IORING_SETUP_TASKRUN_FLAG);
  AS("uring.Uring.IORING_SETUP_SINGLE_ISSUER", IORING_SETUP_SINGLE_ISSUER);
  AS("uring.Uring.IORING_SETUP_DEFER_TASKRUN", IORING_SETUP_DEFER_TASKRUN);
  AS("uring.Uring.IORING_ENTER_GETEVENTS", IORING_ENTER_GETEVENTS);
  AS("uring.Uring.IORING_ENTER_SQ_WAKEUP", IORING_ENTER_SQ_WAKEUP);
  AS("uring.Uring.IORING_ENTER_EXT_ARG", IORING_ENTER_EXT_ARG);
  AS("uring.Uring.IORING_FEAT_SINGLE_MMAP", IORING_FEAT_SINGLE_MMAP);
  AS("uring.Uring.IORING_FEAT_NODROP", IORING_FEAT_NODROP);
  AS("uring.Uring.IORING_FEAT_SUBMIT_STABLE", IORING_FEAT_SUBMIT_STABLE);
  AS("uring.Uring.IORING_FEAT_FAST_POLL", IORING_FEAT_FAST_POLL);
  AS("uring.Uring.IORING_FEAT_EXT_ARG", IORING_FEAT_EXT_ARG);
  AS("uring.Uring.IORING_SQ_NEED_WAKEUP", IORING_SQ_NEED_WAKEUP);
  AS("uring.Uring.IORING_SQ_CQ_OVERFLOW", IORING_SQ_CQ_OVERFLOW);
  AS("uring.Uring.IORING_SQ_TASKRUN", IORING_SQ_TASKRUN);
  AS("uring.RingMaps.IORING_OFF_SQ_RING", IORING_OFF_SQ_RING);
  AS("uring.RingMaps.IORING_OFF_CQ_RING", IORING_OFF_CQ_RING);
  AS("uring.RingMaps.IORING_OFF_SQES", IORING_OFF_SQES);
  AS("uring.Sqe.IOSQE_FIXED_FILE", IOSQE_FIXED_FILE);
  AS("uring.Sqe.IOSQE_IO_DRAIN", IOSQE_IO_DRAIN);
  AS("uring.Sqe.IOSQE_IO_LINK", IOSQE_IO_LINK);
  AS("uring.Sqe.IOSQE_IO_HARDLINK", IOSQE_IO_HARDLINK);
  AS("uring.Sqe.IOSQE_ASYNC", IOSQE_ASYNC);
  AS("uring.Sqe.IOSQE_BUFFER_SELECT", IOSQE_BUFFER_SELECT);
  AS("uring.Sqe.IOSQE_CQE_SKIP_SUCCESS", IOSQE_CQE_SKIP_SUCCESS);
  AS("uring.Sqe.IORING_POLL_ADD_MULTI", IORING_POLL_ADD_MULTI);
  AS("uring.Sqe.IORING_ASYNC_CANCEL_ALL", IORING_ASYNC_CANCEL_ALL);
  AS("uring.Sqe.IORING_ASYNC_CANCEL_FD", IORING_ASYNC_CANCEL_FD);
  AS("uring.Sqe.IORING_ASYNC_CANCEL_ANY", IORING_ASYNC_CANCEL_ANY);
  AS("uring.Sqe.IORING_RECVSEND_POLL_FIRST", IORING_RECVSEND_POLL_FIRST);
  AS("uring.Sqe.IORING_RECV_MULTISHOT", IORING_RECV_MULTISHOT);
  AS("uring.Sqe.IORING_RECVSEND_FIXED_BUF", IORING_RECVSEND_FIXED_BUF);
  AS("uring.Sqe.IORING_SEND_ZC_REPORT_USAGE", IORING_SEND_ZC_REPORT_USAGE);
  AS("uring.Sqe.IORING_ACCEPT_MULTISHOT", IORING_ACCEPT_MULTISHOT);
  AS("uring.Sqe.IORING_FSYNC_DATASYNC", IORING_FSYNC_DATASYNC);
  AS("uring.Sqe.IORING_TIMEOUT_ABS", IORING_TIMEOUT_ABS);
  AS("uring.Cqe.IORING_CQE_F_BUFFER", IORING_CQE_F_BUFFER);
  AS("uring.Cqe.IORING_CQE_BUFFER_SHIFT", IORING_CQE_BUFFER_SHIFT);
  AS("uring.BufRing.SIZE", sizeof(struct io_uring_buf));
  AS("uring.BufRing.LENGTH", offsetof(struct io_uring_buf, len));
  AS("uring.BufRing.ID", offsetof(struct io_uring_buf, bid));
  AS("uring.BufRing.TAIL", offsetof(struct io_uring_buf_ring, tail));
  AS("uring.Registered.BUF_REG_SIZE", sizeof(struct io_uring_buf_reg));
  AS("uring.Registered.BUF_REG_ENTRIES", offsetof(struct io_uring_buf_reg, ring_entries));
  AS("uring.Registered.BUF_REG_GROUP", offsetof(struct io_uring_buf_reg, bgid));
  AS("uring.Registered.IORING_REGISTER_PBUF_RING", IORING_REGISTER_PBUF_RING);
  AS("uring.Registered.IORING_UNREGISTER_PBUF_RING", IORING_UNREGISTER_PBUF_RING);
  AS("uring.Cqe.IORING_CQE_F_MORE", IORING_CQE_F_MORE);
  AS("uring.Cqe.IORING_CQE_F_SOCK_NONEMPTY", IORING_CQE_F_SOCK_NONEMPTY);
  AS("uring.Cqe.IORING_CQE_F_NOTIF", IORING_CQE_F_NOTIF);
  AS("uring.Cqe.IORING_NOTIF_USAGE_ZC_COPIED", (int)IORING_NOTIF_USAGE_ZC_COPIED);
  AS("uring.Registered.IORING_REGISTER_BUFFERS", IORING_REGISTER_BUFFERS);
  AS("uring.Registered.IORING_UNREGISTER_BUFFERS", IORING_UNREGISTER_BUFFERS);
  AS("uring.Registered.IORING_REGISTER_FILES", IORING_REGISTER_FILES);
  AS("uring.Registered.IORING_UNREGISTER_FILES", IORING_UNREGISTER_FILES);
  AS("uring.Registered.IORING_REGISTER_EVENTFD", IORING_REGISTER_EVENTFD);
  AS("uring.Registered.IORING_UNREGISTER_EVENTFD", IORING_UNREGISTER_EVENTFD);
  AS("uring.Registered.IORING_REGISTER_FILES_UPDATE", IORING_REGISTER_FILES_UPDATE);
  AS("uring.Registered.IORING_REGISTER_PROBE", IORING_REGISTER_PROBE);
  AS("uring.Registered.IORING_REGISTER_ENABLE_RINGS", IORING_REGISTER_ENABLE_RINGS);
  AS("uring.Opcode.NOP", IORING_OP_NOP);
  AS("uring.Opcode.READV", IORING_OP_READV);
  AS("uring.Opcode.WRITEV", IORING_OP_WRITEV);
  AS("uring.Opcode.FSYNC", IORING_OP_FSYNC);
  AS("uring.Opcode.READ_FIXED", IORING_OP_READ_FIXED);
  AS("uring.Opcode.WRITE_FIXED", IORING_OP_WRITE_FIXED);
  AS("uring.Opcode.POLL_ADD", IORING_OP_POLL_ADD);
  AS("uring.Opcode.POLL_REMOVE", IORING_OP_POLL_REMOVE);
  AS("uring.Opcode.SYNC_FILE_RANGE", IORING_OP_SYNC_FILE_RANGE);
  AS("uring.Opcode.SENDMSG", IORING_OP_SENDMSG);
  AS("uring.Opcode.RECVMSG", IORING_OP_RECVMSG);
  AS("uring.Opcode.TIMEOUT", IORING_OP_TIMEOUT);
  AS("uring.Opcode.TIMEOUT_REMOVE", IORING_OP_TIMEOUT_REMOVE);
  AS("uring.Opcode.ACCEPT", IORING_OP_ACCEPT);
  AS("uring.Opcode.ASYNC_CANCEL", IORING_OP_ASYNC_CANCEL);
  AS("uring.Opcode.LINK_TIMEOUT", IORING_OP_LINK_TIMEOUT);
  AS("uring.Opcode.CONNECT", IORING_OP_CONNECT);
  AS("uring.Opcode.FALLOCATE", IORING_OP_FALLOCATE);
  AS("uring.Opcode.OPENAT", IORING_OP_OPENAT);
  AS("uring.Opcode.CLOSE", IORING_OP_CLOSE);
  AS("uring.Opcode.FILES_UPDATE", IORING_OP_FILES_UPDATE);
  AS("uring.Opcode.STATX", IORING_OP_STATX);
  AS("uring.Opcode.READ", IORING_OP_READ);
  AS("uring.Opcode.WRITE", IORING_OP_WRITE);
  AS("uring.Opcode.FADVISE", IORING_OP_FADVISE);
  AS("uring.Opcode.MADVISE", IORING_OP_MADVISE);
  AS("uring.Opcode.SEND", IORING_OP_SEND);
  AS("uring.Opcode.RECV", IORING_OP_RECV);
  AS("uring.Opcode.OPENAT2", IORING_OP_OPENAT2);
  AS("uring.Opcode.EPOLL_CTL", IORING_OP_EPOLL_CTL);
  AS("uring.Opcode.SPLICE", IORING_OP_SPLICE);
  AS("uring.Opcode.PROVIDE_BUFFERS", IORING_OP_PROVIDE_BUFFERS);
  AS("uring.Opcode.REMOVE_BUFFERS", IORING_OP_REMOVE_BUFFERS);
  AS("uring.Opcode.TEE", IORING_OP_TEE);
  AS("uring.Opcode.SHUTDOWN", IORING_OP_SHUTDOWN);
  AS("uring.Opcode.RENAMEAT", IORING_OP_RENAMEAT);
  AS("uring.Opcode.UNLINKAT", IORING_OP_UNLINKAT);
  AS("uring.Opcode.MKDIRAT", IORING_OP_MKDIRAT);
  AS("uring.Opcode.SYMLINKAT", IORING_OP_SYMLINKAT);
  AS("uring.Opcode.LINKAT", IORING_OP_LINKAT);
  AS("uring.Opcode.MSG_RING", IORING_OP_MSG_RING);
  AS("uring.Opcode.FSETXATTR", IORING_OP_FSETXATTR);
  AS("uring.Opcode.SETXATTR", IORING_OP_SETXATTR);
  AS("uring.Opcode.FGETXATTR", IORING_OP_FGETXATTR);
  AS("uring.Opcode.GETXATTR", IORING_OP_GETXATTR);
  AS("uring.Opcode.SOCKET", IORING_OP_SOCKET);
  AS("uring.Opcode.URING_CMD", IORING_OP_URING_CMD);
  AS("uring.Opcode.SEND_ZC", IORING_OP_SEND_ZC);
  AS("uring.Opcode.SENDMSG_ZC", IORING_OP_SENDMSG_ZC);
  return 0;
}
