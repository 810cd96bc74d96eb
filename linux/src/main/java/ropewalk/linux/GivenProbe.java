package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.util.List;

/// Asks whether a page that was given away may be used again once its backing has been dropped.
///
/// ```
///   our page [AAAA] --vmsplice--> pipe [--splice--> socket]      in flight
///   MADV_DONTNEED                                                our address has no page now
///   our page [BBBB]                                              a fresh one
///   read the other end:  A  the bytes in flight stayed
///                        B  they did not: giving is off
/// ```
final class GivenProbe {
  private static final byte OLD = 'A';
  private static final byte NEW = 'B';

  private GivenProbe() {}

  static void ask(Syscalls syscalls, List<Fact> facts) throws IOException {
    long pair = syscalls.pipe2(Open.O_CLOEXEC | Open.O_NONBLOCK);
    LinuxException.check(pair, "pipe2");
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    try (Fd out = new Fd(syscalls, Syscalls.first(pair), "pipe");
        Fd in = new Fd(syscalls, Syscalls.second(pair), "pipe");
        Mapping page = Mapping.anonymous(syscalls, Abi.pageSize(), 0);
        Mapping target = Mapping.anonymous(syscalls, Abi.pageSize(), 0)) {
      long put = put(syscalls, in, page);
      facts.add(Fact.of(Kernel.VMSPLICE, put, "vmsplice", "private pages to a pipe", ""));
      if (put < 0) {
        return;
      }
      facts.add(dropAndRead(syscalls, Kernel.GIVEN_PIPE, page, out, target));

      long unix = syscalls.socketpair(Sockets.AF_UNIX, type, 0);
      LinuxException.check(unix, "socketpair");
      try (Fd left = new Fd(syscalls, Syscalls.first(unix), "socket");
          Fd right = new Fd(syscalls, Syscalls.second(unix), "socket")) {
        facts.add(through(syscalls, Kernel.GIVEN_UNIX, in, out, left, right, page, target));
      }
      try (LoopbackTcp tcp = LoopbackTcp.open(syscalls)) {
        Fd near = tcp.near();
        Fd far = tcp.far();
        facts.add(through(syscalls, Kernel.GIVEN_TCP, in, out, near, far, page, target));
      } catch (LinuxException e) {
        facts.add(Fact.unknown(Kernel.GIVEN_TCP, String.valueOf(e.getMessage())));
      }
    }
  }

  private static long put(Syscalls syscalls, Fd pipe, Mapping page) {
    page.segment().fill(OLD);
    try (Scratch iov = new Scratch(Iovec.SIZE)) {
      Iovec.set(iov.address(), 0, page.address(), page.size());
      return syscalls.vmsplice(pipe.number(), iov.address(), 1, Splices.SPLICE_F_GIFT);
    }
  }

  private static Fact through(
      Syscalls syscalls, String name, Fd in, Fd out, Fd near, Fd far, Mapping page, Mapping target)
      throws IOException {
    long put = put(syscalls, in, page);
    long sent = syscalls.splice(out.number(), -1, near.number(), -1, page.size(), 0);
    if (put < page.size() || sent < page.size()) {
      return Fact.unknown(name, "vmsplice: " + put + ", splice: " + sent);
    }
    return dropAndRead(syscalls, name, page, far, target);
  }

  private static Fact dropAndRead(
      Syscalls syscalls, String name, Mapping page, Fd end, Mapping target) throws LinuxException {
    page.drop(0, page.size());
    page.segment().fill(NEW);
    long done = 0;
    while (done < target.size() && LoopbackTcp.isReadable(syscalls, end)) {
      long count = syscalls.read(end.number(), target.address() + done, target.size() - done);
      if (count <= 0) {
        break;
      }
      done += count;
    }
    if (done < target.size()) {
      return Fact.unknown(name, "only " + done + " bytes came through");
    }
    for (long i = 0; i < done; i++) {
      if (target.segment().get(JAVA_BYTE, i) != OLD) {
        return Fact.no(name, "byte " + i + " in flight changed with its address", "");
      }
    }
    return Fact.yes(name, "bytes in flight stay when their backing is dropped");
  }
}
