package ropewalk.strict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import ropewalk.testkit.ChildVm;
import ropewalk.testkit.OnHost;

/// A network of two, a receiver in a namespace of its own behind a link that loses packets, so that
/// TCP sends again what it was given a while ago.
///
/// ```
///   here ── TCP ──► veth ═══════ veth ──╳ some are dropped ──► FarReader
///        ◄── what it saw ── ╳ ─────────────────────────────────'        in namespace ropewalk-PID
/// ```
///
/// What drops: netem where the kernel has it, else a classic BPF filter that draws a random number
/// for each packet. Needs root, `ip` and `tc`; without them, or on a kernel without these, the test
/// is skipped.
final class DroppingNamespace implements AutoCloseable {
  private static final int PERCENT = 4;

  /// Loads a random number; drops if it is among the greatest.
  private static final String BYTECODE =
      "4,32 0 0 4294963256,37 0 1 " + (0xffff_ffffL / 100 * (100 - PERCENT)) + ",6 0 0 2,6 0 0 0";

  /// How many there have been: names don't come twice, since what is taken away goes in its own
  /// time.
  private static final AtomicInteger MADE = new AtomicInteger();

  private final String name;
  private final String near;
  private final String far;
  private final String subnet;
  private final Process reader;
  private final int port;

  DroppingNamespace() throws IOException {
    OnHost.root();
    OnHost.program("ip");
    OnHost.program("tc");
    long pid = ProcessHandle.current().pid();
    int made = MADE.getAndIncrement();
    name = "ropewalk-" + pid + "-" + made;
    near = "rwn" + pid % 10_000_000 + "-" + made;
    far = "rwf" + pid % 10_000_000 + "-" + made;
    // For measurements between networks: RFC 2544.
    subnet = "198." + (18 + made % 2) + "." + (pid + made) % 256 + ".";
    assumeTrue(tried("ip", "netns", "add", name), "no network namespace");
    boolean isReady = false;
    try {
      assumeTrue(
          tried("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name),
          "no veth");
      must("ip", "addr", "add", subnet + "1/30", "dev", near);
      must("ip", "link", "set", near, "up");
      inside("ip", "addr", "add", subnet + "2/30", "dev", far);
      inside("ip", "link", "set", far, "up");
      inside("ip", "link", "set", "lo", "up");
      drop();
      reader = start();
      try {
        BufferedReader said = reader.inputReader(StandardCharsets.UTF_8);
        port = Integer.parseInt(String.valueOf(said.readLine()));
        isReady = true;
      } finally {
        if (!isReady) {
          reader.destroyForcibly();
        }
      }
    } finally {
      if (!isReady) {
        remove();
      }
    }
  }

  /// Where the reader listens.
  String address() {
    return "tcp://" + subnet + "2:" + port;
  }

  /// How many segments this kernel has sent again since it started.
  static long resent() throws IOException {
    List<String> lines =
        Files.readAllLines(Path.of("/proc/net/snmp")).stream()
            .filter(line -> line.startsWith("Tcp:"))
            .toList();
    List<String> names = List.of(lines.get(0).split(" ", -1));
    return Long.parseLong(lines.get(1).split(" ", -1)[names.indexOf("RetransSegs")]);
  }

  private void drop() throws IOException {
    if (tried("tc", "qdisc", "add", "dev", near, "root", "netem", "loss", PERCENT + "%")) {
      return;
    }
    boolean drops =
        tried(inNamespace("tc", "qdisc", "add", "dev", far, "clsact"))
            && tried(inNamespace(filter(far)))
            && tried("tc", "qdisc", "add", "dev", near, "clsact")
            && tried(filter(near));
    assumeTrue(drops, "neither netem nor cls_bpf in this kernel");
  }

  private static String[] filter(String device) {
    return ("tc;filter;add;dev;" + device + ";ingress;bpf;direct-action;bytecode;" + BYTECODE)
        .split(";", -1);
  }

  private Process start() throws IOException {
    List<String> command = ChildVm.command(FarReader.class, List.of(), subnet + "2");
    return new ProcessBuilder(inNamespace(command.toArray(String[]::new)))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private String[] inNamespace(String... command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(List.of(command));
    return all.toArray(String[]::new);
  }

  private void inside(String... command) throws IOException {
    must(inNamespace(command));
  }

  private static void must(String... command) throws IOException {
    assertThat(tried(command)).as(String.join(" ", command)).isTrue();
  }

  private static boolean tried(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    return process.onExit().join().exitValue() == 0;
  }

  /// Ends the reader and takes the network away.
  @Override
  public void close() throws IOException {
    reader.getOutputStream().close();
    Process _ = reader.destroyForcibly().onExit().join();
    remove();
  }

  private void remove() throws IOException {
    boolean _ = tried("ip", "link", "del", near); // and with it the far one, if there are any
    must("ip", "netns", "del", name);
  }
}
