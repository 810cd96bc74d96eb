package ropewalk.testkit.far;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;
import ropewalk.linux.PollFd;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;

/// The process of a [FarEnd]: a listener in the namespace that does what it reads on its standard
/// input, one command per line, and answers each with one line. It ends with its input.
///
/// | command | what it does | answer |
/// |---|---|---|
/// | (start) `FarMain ADDRESS` | listens | the port |
/// | `accept` | waits for a connection | its number, from 0 |
/// | `read N BYTES` | reads as many, or until the end | Base64 of them |
/// | `ack N POSITION` | blind: "I have all before POSITION" | `done` |
/// | `reset N` | blind: "this connection is over" | `done` |
/// | `close N` | closes the real one, unread bytes or not | `done` |
///
/// A failure is answered by `error` and what it was. Positions count the bytes of the stream that
/// the near side sends, from 0. Where the real connection stands is asked of it in repair mode.
public final class FarMain {
  // Words of <linux/tcp.h> that only repairers use.
  private static final int TCP_REPAIR = 19;
  private static final int TCP_REPAIR_QUEUE = 20;
  private static final int TCP_QUEUE_SEQ = 21;
  private static final int TCP_RECV_QUEUE = 1;
  private static final int TCP_SEND_QUEUE = 2;

  /// Ends repair without asking the peer for its window.
  private static final int REPAIR_OFF_SILENTLY = -1;

  /// Offset of tcpi_bytes_received in `struct tcp_info`.
  private static final int BYTES_RECEIVED = 128;

  private static final int TCP_INFO_SIZE = 256;
  private static final int PATIENCE_MILLIS = 20_000;

  private final HostSyscalls host = HostSyscalls.host();
  private final Fd listener;
  private final List<Fd> connections = new ArrayList<>();

  private FarMain(InetAddress address) throws LinuxException {
    InetSocketAddress any = new InetSocketAddress(address, 0);
    int family = address.getAddress().length == 4 ? Sockets.AF_INET : Sockets.AF_INET6;
    int number = host.socket(family, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0);
    listener = Fd.of(host, number, "socket", "socket", "address", any);
    try (Scratch name = new Scratch(SockAddr.SIZE)) {
      int length = SockAddr.set(name.address(), any);
      LinuxException.check(host.bind(number, name.address(), length), "bind", "address", any);
    }
    LinuxException.check(host.listen(number, Sockets.SOMAXCONN), "listen", "address", any);
  }

  /// Serves until standard input ends.
  public static void main(String[] args) throws IOException {
    FarMain far = new FarMain(InetAddress.getByName(args[0]));
    System.out.println(far.name(far.listener, true).getPort());
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      try {
        System.out.println(far.obey(line.split(" ", -1)));
      } catch (IOException | RuntimeException e) {
        System.out.println("error " + line + ": " + e);
      }
    }
  }

  private String obey(String[] words) throws IOException {
    if (words[0].equals("accept")) {
      await(listener);
      int number = host.accept4(listener.number(), 0, 0, Sockets.SOCK_CLOEXEC);
      connections.add(Fd.of(host, number, "socket", "accept4", "fd", listener));
      return String.valueOf(connections.size() - 1);
    }
    Fd connection = connections.get(Integer.parseInt(words[1]));
    return switch (words[0]) {
      case "read" -> read(connection, Integer.parseInt(words[2]));
      case "ack" -> blind(connection, Long.parseLong(words[2]), BlindTcp.ACK);
      case "reset" -> blind(connection, 0, BlindTcp.RST | BlindTcp.ACK);
      case "close" -> {
        connection.close();
        yield "done";
      }
      default -> throw new IllegalArgumentException("no such command");
    };
  }

  private String read(Fd connection, int bytes) throws IOException {
    byte[] all = new byte[bytes];
    int done = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(bytes);
      while (done < bytes) {
        await(connection);
        long got =
            LinuxException.check(
                host.recv(connection.number(), target.asSlice(done), 0), "recv", "fd", connection);
        if (got == 0) {
          break;
        }
        done += (int) got;
      }
      MemorySegment.copy(target, ValueLayout.JAVA_BYTE, 0, all, 0, done);
    }
    return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(all, done));
  }

  private String blind(Fd connection, long position, int flags) throws IOException {
    option(connection, TCP_REPAIR, 1);
    int next;
    int sequence;
    try {
      option(connection, TCP_REPAIR_QUEUE, TCP_RECV_QUEUE);
      next = (int) asked(connection, TCP_QUEUE_SEQ, Integer.BYTES, 0);
      option(connection, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE);
      sequence = (int) asked(connection, TCP_QUEUE_SEQ, Integer.BYTES, 0);
    } finally {
      option(connection, TCP_REPAIR, REPAIR_OFF_SILENTLY);
    }
    long received = asked(connection, Sockets.TCP_INFO, TCP_INFO_SIZE, BYTES_RECEIVED);
    BlindTcp.send(
        name(connection, true),
        name(connection, false),
        sequence,
        next + (int) (position - received),
        flags);
    return "done";
  }

  private void await(Fd fd) throws IOException {
    try (Scratch entry = new Scratch(PollFd.SIZE)) {
      PollFd.set(entry.address(), 0, fd.number(), Poll.POLLIN);
      if (LinuxException.check(host.poll(entry.address(), 1, PATIENCE_MILLIS), "poll", "fd", fd)
          == 0) {
        throw new IOException("nothing came");
      }
    }
  }

  private void option(Fd fd, int name, int value) throws LinuxException {
    try (Scratch room = new Scratch(Integer.BYTES)) {
      room.segment().set(JAVA_INT, 0, value);
      LinuxException.check(
          host.setsockopt(fd.number(), Sockets.SOL_TCP, name, room.address(), Integer.BYTES),
          "setsockopt",
          "fd",
          fd,
          "name",
          name);
    }
  }

  /// The option's number at `offset`: an int if it is no longer than that, else a long.
  private long asked(Fd fd, int name, int size, int offset) throws LinuxException {
    try (Scratch room = new Scratch(size + Long.BYTES)) {
      room.segment().set(JAVA_INT, size, size);
      LinuxException.check(
          host.getsockopt(
              fd.number(), Sockets.SOL_TCP, name, room.address(), room.address() + size),
          "getsockopt",
          "fd",
          fd,
          "name",
          name);
      return size == Integer.BYTES
          ? room.segment().get(JAVA_INT, offset)
          : room.segment().get(JAVA_LONG, offset);
    }
  }

  private InetSocketAddress name(Fd fd, boolean isOwn) throws LinuxException {
    try (Scratch room = new Scratch(SockAddr.SIZE + Long.BYTES)) {
      long length = room.address() + SockAddr.SIZE;
      room.segment().set(JAVA_INT, SockAddr.SIZE, SockAddr.SIZE);
      long result =
          isOwn
              ? host.getsockname(fd.number(), room.address(), length)
              : host.getpeername(fd.number(), room.address(), length);
      LinuxException.check(result, isOwn ? "getsockname" : "getpeername", "fd", fd);
      return SockAddr.inet(room.address());
    }
  }
}
