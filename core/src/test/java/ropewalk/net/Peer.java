package ropewalk.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;
import ropewalk.testkit.ChildVm;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.Pattern;

/// Another process that talks to us over a socket and tells on its standard output what it saw.
///
/// ```
///   test ──── socket under test ──── peer
///    ^                                |   "ready PORT", "got LENGTH SUM", "end"
///    `──────── lines(), by pipe ──────'
/// ```
///
/// Three kinds of peers: a C program (`peer.c`), a virtual machine with the JDK's own channels
/// ([JdkPeer]), and socat. The first two say the same words ([PeerWords]). Every line is waited for
/// with a limit; closing ends the process and whatever it started.
final class Peer implements AutoCloseable {
  private static final long LINE_SECONDS = 20;

  /// What the reader puts behind the last line.
  private static final String LAST = "(end of output)";

  private final Process process;
  private final Thread reader;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();

  private Peer(List<String> command, Path folder) throws IOException {
    process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    reader = Thread.ofPlatform().daemon().start(this::read);
  }

  /// Compiles `peer.c` into `folder` and answers the program; skips the test without a compiler.
  static Path compiled(Path folder) throws Exception {
    String compiler = OnHost.compiler();
    Path source = folder.resolve("peer.c");
    try (InputStream text = Peer.class.getResourceAsStream("peer.c")) {
      Files.copy(Objects.requireNonNull(text), source);
    }
    Path program = folder.resolve("peer");
    try (Peer compile =
        new Peer(List.of(compiler, "-O1", "-o", program.toString(), source.toString()), folder)) {
      compile.expectLast();
    }
    if (!Files.isExecutable(program)) {
      throw new TestAbortedException("the C compiler on the PATH compiles nothing");
    }
    return program;
  }

  /// Starts the C peer.
  static Peer c(Path program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    return new Peer(command, folderOf(program));
  }

  /// Starts a peer by the JDK's channels.
  static Peer jdk(Path folder, String... arguments) throws IOException {
    return new Peer(ChildVm.command(JdkPeer.class, List.of(Pattern.class), arguments), folder);
  }

  /// Starts `main`, a peer by this library itself, in a virtual machine of its own.
  static Peer own(Path folder, Class<?> main, List<Class<?>> alike, String... arguments)
      throws IOException {
    return new Peer(ChildVm.command(main, alike, arguments), folder);
  }

  /// Starts socat; skips the test where there is none.
  static Peer socat(Path folder, String... arguments) throws IOException {
    OnHost.program("socat");
    List<String> command = new ArrayList<>(List.of("socat"));
    command.addAll(List.of(arguments));
    return new Peer(command, folder);
  }

  /// Starts any command.
  static Peer started(Path folder, String... command) throws IOException {
    return new Peer(List.of(command), folder);
  }

  /// The next line.
  String line() throws InterruptedException {
    String line = lines.poll(LINE_SECONDS, TimeUnit.SECONDS);
    if (line == null) {
      throw new AssertionError("nothing more after " + seen);
    }
    seen.add(line);
    return line;
  }

  /// Takes the next line, which has to be `expected`.
  void expect(String expected) throws InterruptedException {
    String line = line();
    if (!line.equals(expected)) {
      throw new AssertionError("the peer said '" + line + "' and not '" + expected + "': " + seen);
    }
  }

  /// Takes `ready PORT` and answers the port.
  int ready() throws InterruptedException {
    String line = line();
    if (!line.startsWith("ready ")) {
      throw new AssertionError("the peer is not ready, it said '" + line + "'");
    }
    return Integer.parseInt(line.substring("ready ".length()));
  }

  /// Waits until the process has ended well and has said nothing more.
  void expectLast() throws InterruptedException {
    expect(LAST);
    if (!process.waitFor(LINE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError("the peer did not end well: " + seen);
    }
  }

  /// Ends it at once, as a crash would.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// Waits until a peer that can't say so has made `name`.
  void awaitFile(Path name) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LINE_SECONDS);
    while (!Files.exists(name)) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new AssertionError("there is no " + name + ": " + lines);
      }
      Thread.sleep(5);
    }
  }

  private static Path folderOf(Path program) {
    return Objects.requireNonNull(program.getParent(), "a folder");
  }

  private void read() {
    try (BufferedReader text = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        lines.add(line);
      }
    } catch (IOException | UncheckedIOException e) {
      // Killed in the middle of a line.
    }
    lines.add(LAST);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor();
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // a test that ran out of time; the process is dying
    }
  }
}
