package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.util.List;

/// Asks for what sockets offer: sendfile, zero-copy sends, TLS in the kernel, AF_ALG, vsock.
final class SocketProbe {
  private SocketProbe() {}

  static void ask(Syscalls syscalls, List<Fact> facts) throws LinuxException {
    facts.add(family(syscalls, Kernel.AF_ALG, Sockets.AF_ALG, Sockets.SOCK_SEQPACKET, "af_alg"));
    facts.add(family(syscalls, Kernel.AF_VSOCK, Sockets.AF_VSOCK, Sockets.SOCK_STREAM, "vsock"));
    try (LoopbackTcp tcp = LoopbackTcp.open(syscalls)) {
      facts.add(sendfile(syscalls, tcp));
      facts.add(zerocopy(syscalls, tcp.near()));
      facts.add(tls(syscalls, tcp.far()));
    }
  }

  private static Fact family(Syscalls syscalls, String name, int domain, int type, String module) {
    int number = syscalls.socket(domain, type | Sockets.SOCK_CLOEXEC, 0);
    if (number >= 0) {
      syscalls.close(number);
    }
    return Fact.of(name, number, "socket", "sockets open", "modprobe " + module);
  }

  private static Fact sendfile(Syscalls syscalls, LoopbackTcp tcp) throws LinuxException {
    try (Fd file = FileProbe.unnamed(syscalls);
        Scratch bytes = new Scratch(Long.BYTES)) {
      LinuxException.check(
          syscalls.pwrite(file.number(), bytes.address(), Long.BYTES, 0), "pwrite", "fd", file);
      long sent = syscalls.sendfile(tcp.near().number(), file.number(), 0, Long.BYTES);
      return Fact.of(Kernel.SENDFILE, sent, "sendfile", "file to TCP", "");
    }
  }

  private static Fact zerocopy(Syscalls syscalls, Fd socket) {
    try (Scratch one = new Scratch(Integer.BYTES)) {
      Memory.ALL.set(JAVA_INT, one.address(), 1);
      int result =
          syscalls.setsockopt(
              socket.number(),
              Sockets.SOL_SOCKET,
              Sockets.SO_ZEROCOPY,
              one.address(),
              Integer.BYTES);
      return Fact.of(
          Kernel.MSG_ZEROCOPY,
          result,
          "setsockopt SO_ZEROCOPY",
          "on loopback the kernel copies all the same",
          "Linux 4.14 or later");
    }
  }

  private static Fact tls(Syscalls syscalls, Fd socket) {
    try (Scratch name = new Scratch(Integer.BYTES)) {
      byte[] tls = {'t', 'l', 's'};
      for (int i = 0; i < tls.length; i++) {
        Memory.ALL.set(JAVA_BYTE, name.address() + i, tls[i]);
      }
      int result =
          syscalls.setsockopt(
              socket.number(), Sockets.SOL_TCP, Sockets.TCP_ULP, name.address(), tls.length);
      return Fact.of(Kernel.TLS, result, "setsockopt TCP_ULP tls", "in the kernel", "modprobe tls");
    }
  }
}
