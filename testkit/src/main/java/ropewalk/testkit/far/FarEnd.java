package ropewalk.testkit.far;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.testkit.ChildVm;

/// A TCP listener behind a [DroppingLink], in a process of its own, that also acknowledges what it
/// did not get. Connections are numbered as they are accepted, from 0.
///
/// While the link drops, [#acknowledge] says which bytes of the near side's stream count as
/// arrived; what was acknowledged so and never came is lost for good, so heal the link only if all
/// that was acknowledged had come. Used by one thread.
public final class FarEnd implements AutoCloseable {
  // Offsets in struct tcp_info: 64-bit counters of what went out.
  private static final int BYTES_ACKED = 120;
  private static final int BYTES_SENT = 200;
  private static final int BYTES_RETRANS = 208;
  private static final int TCP_INFO_SIZE = 256;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Process process;
  private final BufferedReader said;
  private final PrintStream told;
  private final InetSocketAddress address;

  private FarEnd(Process process, InetAddress address) throws IOException {
    this.process = process;
    this.said = process.inputReader(StandardCharsets.UTF_8);
    this.told = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    String line = said.readLine();
    if (line == null) {
      throw new IOException("the far end did not start");
    }
    this.address = new InetSocketAddress(address, Integer.parseInt(line));
  }

  /// Starts one that listens on the far side of `link`. The link stays the caller's and must
  /// outlive it.
  public static FarEnd on(DroppingLink link) throws IOException {
    return on(link, link.far());
  }

  /// Starts one on the far side's IPv6 address.
  public static FarEnd on6(DroppingLink link) throws IOException {
    return on(link, link.far6());
  }

  private static FarEnd on(DroppingLink link, String address) throws IOException {
    List<String> command = ChildVm.command(FarMain.class, List.of(HostSyscalls.class), address);
    Process process =
        new ProcessBuilder(link.inside(command)).redirectError(Redirect.INHERIT).start();
    boolean isReady = false;
    try {
      FarEnd end = new FarEnd(process, InetAddress.getByName(address));
      isReady = true;
      return end;
    } finally {
      if (!isReady) {
        process.destroyForcibly();
      }
    }
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return address;
  }

  /// Waits for the next connection and answers its number.
  public int accept() throws IOException {
    return Integer.parseInt(ask("accept"));
  }

  /// What arrived for real: waits for `bytes` bytes, fewer at the end of the stream.
  public byte[] read(int connection, int bytes) throws IOException {
    return Base64.getDecoder().decode(ask("read " + connection + " " + bytes));
  }

  /// Says to the near side, blindly, that all before `position` of its stream has arrived. A
  /// position beyond what went out is ignored by TCP.
  public void acknowledge(int connection, long position) throws IOException {
    String _ = ask("ack " + connection + " " + position);
  }

  /// Acknowledges what `fd`, the near side's socket, sends, until all before `position` is, and
  /// waits until the near side knows.
  public void acknowledgeAll(int connection, int fd, long position) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (acked(fd) < position) {
      if (System.nanoTime() > deadline) {
        throw new IOException("acked " + acked(fd) + " sent " + sent(fd) + " of " + position);
      }
      acknowledge(connection, Math.min(sent(fd), position));
    }
  }

  /// Says to the near side, blindly, that the connection is over: RST.
  public void reset(int connection) throws IOException {
    String _ = ask("reset " + connection);
  }

  /// Closes the real connection.
  public void close(int connection) throws IOException {
    String _ = ask("close " + connection);
  }

  /// How much of its stream the near side's socket has put on the wire at least once.
  public static long sent(int fd) throws LinuxException {
    return figure(fd, BYTES_SENT) - figure(fd, BYTES_RETRANS);
  }

  /// How much of its stream the near side's socket knows to be acknowledged. The kernel counts the
  /// connecting segment as one byte.
  public static long acked(int fd) throws LinuxException {
    return Math.max(0, figure(fd, BYTES_ACKED) - 1);
  }

  private static long figure(int fd, int offset) throws LinuxException {
    try (Scratch room = new Scratch(TCP_INFO_SIZE + Long.BYTES)) {
      room.segment().set(JAVA_INT, TCP_INFO_SIZE, TCP_INFO_SIZE);
      long length = room.address() + TCP_INFO_SIZE;
      LinuxException.check(
          HostSyscalls.host()
              .getsockopt(fd, Sockets.SOL_TCP, Sockets.TCP_INFO, room.address(), length),
          "getsockopt",
          "fd",
          fd,
          "name",
          "TCP_INFO");
      return room.segment().get(JAVA_LONG, offset);
    }
  }

  private String ask(String command) throws IOException {
    told.println(command);
    String answer = said.readLine();
    if (answer == null || answer.startsWith("error")) {
      throw new IOException("the far end: " + command + ": " + answer);
    }
    return answer;
  }

  /// Ends the process, and with it every connection.
  @Override
  public void close() throws IOException {
    told.close();
    Process _ = process.destroyForcibly().onExit().join();
    said.close();
  }
}
