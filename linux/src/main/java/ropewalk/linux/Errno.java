package ropewalk.linux;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/// The kernel's error numbers, and their names. They are the same on x86-64 and aarch64.
///
/// A call of [Syscalls] answers `-errno`, so `result == -Errno.EAGAIN` is the usual question.
public final class Errno {

  /// `EPERM`: not permitted.
  public static final int EPERM = 1;

  /// `ENOENT`: no such file or directory.
  public static final int ENOENT = 2;

  /// `ESRCH`.
  public static final int ESRCH = 3;

  /// `EINTR`: a signal came first.
  public static final int EINTR = 4;

  /// `EIO`: the device failed.
  public static final int EIO = 5;

  /// `ENXIO`.
  public static final int ENXIO = 6;

  /// `E2BIG`.
  public static final int E2BIG = 7;

  /// `ENOEXEC`.
  public static final int ENOEXEC = 8;

  /// `EBADF`: not an open descriptor, or not open for this.
  public static final int EBADF = 9;

  /// `ECHILD`.
  public static final int ECHILD = 10;

  /// `EAGAIN`: not now: it would have to wait.
  public static final int EAGAIN = 11;

  /// `ENOMEM`: no memory, or no more may be locked.
  public static final int ENOMEM = 12;

  /// `EACCES`: permission denied.
  public static final int EACCES = 13;

  /// `EFAULT`: an address outside this process.
  public static final int EFAULT = 14;

  /// `ENOTBLK`.
  public static final int ENOTBLK = 15;

  /// `EBUSY`: in use.
  public static final int EBUSY = 16;

  /// `EEXIST`: it exists already.
  public static final int EEXIST = 17;

  /// `EXDEV`: the two are on different file systems.
  public static final int EXDEV = 18;

  /// `ENODEV`: no such device, or no such call for it.
  public static final int ENODEV = 19;

  /// `ENOTDIR`: not a directory.
  public static final int ENOTDIR = 20;

  /// `EISDIR`: a directory.
  public static final int EISDIR = 21;

  /// `EINVAL`: an argument that makes no sense here.
  public static final int EINVAL = 22;

  /// `ENFILE`: the system has no descriptors left.
  public static final int ENFILE = 23;

  /// `EMFILE`: this process has no descriptors left.
  public static final int EMFILE = 24;

  /// `ENOTTY`: no such ioctl for this descriptor.
  public static final int ENOTTY = 25;

  /// `ETXTBSY`.
  public static final int ETXTBSY = 26;

  /// `EFBIG`: beyond the largest file.
  public static final int EFBIG = 27;

  /// `ENOSPC`: the device is full.
  public static final int ENOSPC = 28;

  /// `ESPIPE`: a pipe or socket has no position.
  public static final int ESPIPE = 29;

  /// `EROFS`: the file system is read-only.
  public static final int EROFS = 30;

  /// `EMLINK`.
  public static final int EMLINK = 31;

  /// `EPIPE`: nobody reads at the other end.
  public static final int EPIPE = 32;

  /// `EDOM`.
  public static final int EDOM = 33;

  /// `ERANGE`.
  public static final int ERANGE = 34;

  /// `EDEADLK`.
  public static final int EDEADLK = 35;

  /// `ENAMETOOLONG`: a name longer than the system takes.
  public static final int ENAMETOOLONG = 36;

  /// `ENOLCK`.
  public static final int ENOLCK = 37;

  /// `ENOSYS`: this kernel has no such call, or a filter hides it.
  public static final int ENOSYS = 38;

  /// `ENOTEMPTY`.
  public static final int ENOTEMPTY = 39;

  /// `ELOOP`: too many symbolic links, or one where none may be.
  public static final int ELOOP = 40;

  /// `ENOMSG`.
  public static final int ENOMSG = 42;

  /// `ENODATA`.
  public static final int ENODATA = 61;

  /// `ETIME`: the timer expired.
  public static final int ETIME = 62;

  /// `ENOLINK`.
  public static final int ENOLINK = 67;

  /// `EPROTO`.
  public static final int EPROTO = 71;

  /// `EBADMSG`.
  public static final int EBADMSG = 74;

  /// `EOVERFLOW`: a value does not fit.
  public static final int EOVERFLOW = 75;

  /// `EBADFD`.
  public static final int EBADFD = 77;

  /// `EILSEQ`.
  public static final int EILSEQ = 84;

  /// `ERESTART`.
  public static final int ERESTART = 85;

  /// `ENOTSOCK`: not a socket.
  public static final int ENOTSOCK = 88;

  /// `EDESTADDRREQ`.
  public static final int EDESTADDRREQ = 89;

  /// `EMSGSIZE`: the message does not fit into one datagram.
  public static final int EMSGSIZE = 90;

  /// `EPROTOTYPE`.
  public static final int EPROTOTYPE = 91;

  /// `ENOPROTOOPT`: no such socket option.
  public static final int ENOPROTOOPT = 92;

  /// `EPROTONOSUPPORT`: no such protocol here.
  public static final int EPROTONOSUPPORT = 93;

  /// `ESOCKTNOSUPPORT`.
  public static final int ESOCKTNOSUPPORT = 94;

  /// `EOPNOTSUPP`: not supported by this object.
  public static final int EOPNOTSUPP = 95;

  /// `EPFNOSUPPORT`.
  public static final int EPFNOSUPPORT = 96;

  /// `EAFNOSUPPORT`: no such address family here.
  public static final int EAFNOSUPPORT = 97;

  /// `EADDRINUSE`: somebody has this address already.
  public static final int EADDRINUSE = 98;

  /// `EADDRNOTAVAIL`: not an address of this host.
  public static final int EADDRNOTAVAIL = 99;

  /// `ENETDOWN`.
  public static final int ENETDOWN = 100;

  /// `ENETUNREACH`: no route to that network.
  public static final int ENETUNREACH = 101;

  /// `ENETRESET`.
  public static final int ENETRESET = 102;

  /// `ECONNABORTED`: the connection ended before it was accepted.
  public static final int ECONNABORTED = 103;

  /// `ECONNRESET`: the peer ended the connection abruptly.
  public static final int ECONNRESET = 104;

  /// `ENOBUFS`: no room for the message or its bookkeeping.
  public static final int ENOBUFS = 105;

  /// `EISCONN`: connected already.
  public static final int EISCONN = 106;

  /// `ENOTCONN`: not connected.
  public static final int ENOTCONN = 107;

  /// `ESHUTDOWN`.
  public static final int ESHUTDOWN = 108;

  /// `ETOOMANYREFS`.
  public static final int ETOOMANYREFS = 109;

  /// `ETIMEDOUT`: the peer did not answer in time.
  public static final int ETIMEDOUT = 110;

  /// `ECONNREFUSED`: nobody listens there.
  public static final int ECONNREFUSED = 111;

  /// `EHOSTDOWN`.
  public static final int EHOSTDOWN = 112;

  /// `EHOSTUNREACH`: no route to that host.
  public static final int EHOSTUNREACH = 113;

  /// `EALREADY`: under way already.
  public static final int EALREADY = 114;

  /// `EINPROGRESS`: under way: wait until it is writable.
  public static final int EINPROGRESS = 115;

  /// `ESTALE`.
  public static final int ESTALE = 116;

  /// `EUCLEAN`.
  public static final int EUCLEAN = 117;

  /// `EREMOTEIO`.
  public static final int EREMOTEIO = 121;

  /// `EDQUOT`: the quota is used up.
  public static final int EDQUOT = 122;

  /// `ENOMEDIUM`.
  public static final int ENOMEDIUM = 123;

  /// `EMEDIUMTYPE`.
  public static final int EMEDIUMTYPE = 124;

  /// `ECANCELED`: cancelled.
  public static final int ECANCELED = 125;

  /// `ENOKEY`.
  public static final int ENOKEY = 126;

  /// `EKEYEXPIRED`.
  public static final int EKEYEXPIRED = 127;

  /// `EKEYREVOKED`.
  public static final int EKEYREVOKED = 128;

  /// `EKEYREJECTED`.
  public static final int EKEYREJECTED = 129;

  /// `EOWNERDEAD`.
  public static final int EOWNERDEAD = 130;

  /// `ENOTRECOVERABLE`.
  public static final int ENOTRECOVERABLE = 131;

  /// `ERFKILL`.
  public static final int ERFKILL = 132;

  /// `EHWPOISON`.
  public static final int EHWPOISON = 133;

  /// One above the largest number the kernel uses for an error; results below its negative are
  /// addresses.
  public static final int ERRNO_END = 4096;

  private static final String[] NAMES = names();

  private Errno() {}

  /// The name of a number, `EAGAIN` for 11, or `errno 200` for one that has none here. The sign
  /// does not matter, so that a raw result can be passed.
  public static String name(long errno) {
    long number = Math.abs(errno);
    String name = number < NAMES.length ? NAMES[(int) number] : null;
    return name == null ? "errno " + number : name;
  }

  @SuppressWarnings("NullAway") // holes in the table are numbers without a name
  private static String[] names() {
    String[] names = new String[EHWPOISON + 1];
    for (Field field : Errno.class.getDeclaredFields()) {
      if (field.getType() == int.class
          && Modifier.isPublic(field.getModifiers())
          && !field.getName().equals("ERRNO_END")) {
        try {
          names[field.getInt(null)] = field.getName();
        } catch (IllegalAccessException e) {
          throw new AssertionError("a public constant of this very class", e);
        }
      }
    }
    return names;
  }
}
