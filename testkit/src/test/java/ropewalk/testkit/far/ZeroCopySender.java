package ropewalk.testkit.far;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Maps;
import ropewalk.linux.Memory;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;

/// A socket that sends by MSG_ZEROCOPY out of memory of its own, with nothing of ours between it
/// and the kernel but the words. Used by one thread.
final class ZeroCopySender implements AutoCloseable {
  /// One completion: sends `first` to `last` are over; `code` 1 if the kernel copied.
  record Completed(long first, long last, int code) {}

  private static final int ROOM = 4096;

  // Offsets in struct sock_extended_err.
  private static final int EE_ERRNO = 0;
  private static final int EE_ORIGIN = 4;
  private static final int EE_CODE = 6;
  private static final int EE_INFO = 8;
  private static final int EE_DATA = 12;

  private final HostSyscalls host = HostSyscalls.host();
  private final long bytes;
  private final long memory;
  private final Fd fd;

  /// Connects a socket of `type` to `to`, with `bytes` of memory to send.
  ZeroCopySender(int type, InetSocketAddress to, long bytes) throws LinuxException {
    this.bytes = bytes;
    memory =
        LinuxException.check(
            host.mmap(
                0,
                bytes,
                Maps.PROT_READ | Maps.PROT_WRITE,
                Maps.MAP_PRIVATE | Maps.MAP_ANONYMOUS,
                -1,
                0),
            "mmap",
            "length",
            bytes);
    int family = to.getAddress().getAddress().length == 4 ? Sockets.AF_INET : Sockets.AF_INET6;
    int number = host.socket(family, type | Sockets.SOCK_CLOEXEC, 0);
    fd = Fd.of(host, number, "socket", "socket", "to", to);
    try (Scratch room = new Scratch(SockAddr.SIZE)) {
      int length = SockAddr.set(room.address(), to);
      LinuxException.check(host.connect(number, room.address(), length), "connect", "to", to);
      room.segment().set(JAVA_INT, 0, 1);
      LinuxException.check(
          host.setsockopt(number, Sockets.SOL_SOCKET, Sockets.SO_ZEROCOPY, room.address(), 4),
          "setsockopt",
          "fd",
          fd,
          "name",
          "SO_ZEROCOPY");
    }
  }

  int number() {
    return fd.number();
  }

  MemorySegment memory() {
    return Memory.segment(memory, bytes);
  }

  /// Sends `[offset, offset + length)` of the memory, by reference.
  long send(long offset, long length) {
    return host.send(
        fd.number(), memory + offset, length, Sockets.MSG_ZEROCOPY | Sockets.MSG_NOSIGNAL);
  }

  /// The completions that are there by now.
  List<Completed> completed() throws LinuxException {
    List<Completed> all = new ArrayList<>();
    try (Scratch room = new Scratch(Msghdr.SIZE + ROOM)) {
      long control = room.address() + Msghdr.SIZE;
      while (true) {
        Msghdr.set(room.address(), 0, 0, 0, 0, control, ROOM);
        long got =
            host.recvmsg(fd.number(), room.address(), Sockets.MSG_ERRQUEUE | Sockets.MSG_DONTWAIT);
        if (got == -Errno.EAGAIN) {
          return all;
        }
        LinuxException.check(got, "recvmsg", "fd", fd, "flags", "MSG_ERRQUEUE");
        all.add(read(room.segment().asSlice(Msghdr.SIZE + Msghdr.CMSG_HEADER)));
      }
    }
  }

  private static Completed read(MemorySegment error) {
    if (error.get(JAVA_INT, EE_ERRNO) != 0
        || error.get(JAVA_BYTE, EE_ORIGIN) != Sockets.SO_EE_ORIGIN_ZEROCOPY) {
      throw new AssertionError("no completion");
    }
    return new Completed(
        Integer.toUnsignedLong(error.get(JAVA_INT, EE_INFO)),
        Integer.toUnsignedLong(error.get(JAVA_INT, EE_DATA)),
        error.get(JAVA_BYTE, EE_CODE));
  }

  @Override
  public void close() throws LinuxException {
    fd.close();
    LinuxException.check(host.munmap(memory, bytes), "munmap", "address", memory);
  }
}
