package ropewalk.testkit.far;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// A pair of network devices, one here and one in a namespace of its own, whose ingress drops
/// everything while [#drop] holds. Neighbours are written down on both sides, so that no question
/// gets lost; the packets may be as long as 65535 bytes, so that a datagram is one.
///
/// Outside of tests: `java ... ropewalk.testkit.far.DroppingLink` (class path:
/// `testkit/target/classes` and `linux/target/classes`) sets a link up that drops, prints the names
/// and addresses of it, one `name=value` per line, then `ready`, and removes the link when its
/// standard input ends. Send UDP to `far`, any port: it completes without the copied code. Needs
/// root, `ip`, `tc`, and cls_bpf in the kernel: [NoLinkException] says what is not there.
///
/// Used by one thread.
public final class DroppingLink implements AutoCloseable {
  /// The longest packet that a veth carries, in bytes.
  public static final int MTU = 65535;

  /// Answers "drop" to every packet.
  private static final String DROP = "1,6 0 0 2";

  /// Segments that a connection may send before the first acknowledgement: all that a test sends.
  private static final int INITIAL_WINDOW = 1000;

  private static final int PATIENCE_SECONDS = 20;

  private static final Pattern NAME = Pattern.compile("ropewalk-link-(\\d+)-(\\d+)");

  /// How many there have been: names don't come twice, since what is taken away goes in its own
  /// time.
  private static final AtomicInteger MADE = new AtomicInteger();

  private final String name;
  private final String nearDevice;
  private final String farDevice;
  private final String subnet;
  private final int last;
  private final String subnet6;
  private boolean drops;

  private DroppingLink() throws IOException {
    long pid = ProcessHandle.current().pid();
    int made = MADE.getAndIncrement();
    name = "ropewalk-link-" + pid + "-" + made;
    nearDevice = device("rwl", pid, String.valueOf(made));
    farDevice = device("rwm", pid, String.valueOf(made));
    // For measurements between networks: RFC 2544. The first four addresses are left to others.
    int free = free((int) (pid % 512), 1 + made % 63);
    subnet = "198." + (18 + (free >> 14)) + "." + (free >> 6 & 255) + ".";
    last = (free & 63) * 4;
    // Unique local addresses: RFC 4193.
    subnet6 = String.format("fd72:6f70:%x:%x::", pid & 0xffff, made & 0xffff);
  }

  /// Sets one up that lets everything through. Whoever opens it closes it.
  ///
  /// @throws NoLinkException if this machine or its kernel has no such link to offer
  public static DroppingLink open() throws IOException {
    String missing = missing();
    if (missing != null) {
      throw new NoLinkException(missing);
    }
    sweep();
    DroppingLink link = new DroppingLink();
    boolean isReady = false;
    try {
      link.build();
      isReady = true;
      return link;
    } finally {
      if (!isReady) {
        link.close();
      }
    }
  }

  /// What this machine lacks for a link, or null if it lacks nothing that can be seen at once.
  private static @Nullable String missing() throws IOException {
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      return "not root";
    }
    for (String program : List.of("ip", "tc")) {
      if (Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
          .noneMatch(folder -> Files.isExecutable(Path.of(folder, program)))) {
        return "no " + program + " on the PATH";
      }
    }
    return null;
  }

  /// A link for a test, which is skipped where there can be none.
  public static DroppingLink orSkip() throws IOException {
    try {
      return open();
    } catch (NoLinkException e) {
      return Assumptions.abort(e.toString());
    }
  }

  /// Takes away what processes left behind that were killed.
  private static void sweep() throws IOException {
    for (String line : run("ip", "netns", "list").said().lines().toList()) {
      Matcher left = NAME.matcher(line);
      if (left.lookingAt() && ProcessHandle.of(Long.parseLong(left.group(1))).isEmpty()) {
        remove(left.group(), device("rwl", Long.parseLong(left.group(1)), left.group(2)));
      }
    }
  }

  /// At most 15 letters.
  private static String device(String side, long pid, String made) {
    return side + pid % 10_000_000 + "-" + made;
  }

  private static void remove(String name, String device) throws IOException {
    Said _ = run("ip", "link", "del", device); // and with it the far one, if there are any
    Said _ = run("ip", "netns", "del", name);
  }

  private void build() throws IOException {
    granted("ip", "netns", "add", name);
    String nearMac = "02:72:6f:00:00:01";
    String farMac = "02:72:6f:00:00:02";
    granted(
        ("ip link add "
                + nearDevice
                + " mtu "
                + MTU
                + " address "
                + nearMac
                + " type veth peer name "
                + farDevice
                + " mtu "
                + MTU
                + " address "
                + farMac
                + " netns "
                + name)
            .split(" ", -1));
    must("ip", "addr", "add", near() + "/30", "dev", nearDevice);
    granted("ip", "-6", "addr", "add", near6() + "/64", "dev", nearDevice, "nodad");
    far("addr", "add", far() + "/30", "dev", farDevice);
    far("-6", "addr", "add", far6() + "/64", "dev", farDevice, "nodad");
    must("ip", "link", "set", nearDevice, "up");
    far("link", "set", farDevice, "up");
    far("link", "set", "lo", "up");
    for (String address : List.of(far(), far6())) {
      must(
          "ip",
          "neigh",
          "replace",
          address,
          "lladdr",
          farMac,
          "dev",
          nearDevice,
          "nud",
          "permanent");
      String net = address.equals(far()) ? subnet + last + "/30" : subnet6 + "/64";
      must("ip", "route", "replace", net, "dev", nearDevice, "initcwnd", INITIAL_WINDOW + "");
    }
    for (String address : List.of(near(), near6())) {
      far("neigh", "replace", address, "lladdr", nearMac, "dev", farDevice, "nud", "permanent");
    }
    granted("tc", "-n", name, "qdisc", "add", "dev", farDevice, "clsact");
    granted(filter("add"));
    drops = true;
    heal();
  }

  /// This side's address.
  public String near() {
    return subnet + (last + 1);
  }

  /// The other side's address.
  public String far() {
    return subnet + (last + 2);
  }

  /// This side's IPv6 address.
  public String near6() {
    return subnet6 + "1";
  }

  /// The other side's IPv6 address.
  public String far6() {
    return subnet6 + "2";
  }

  /// The other side's address as the JDK has it.
  public InetAddress farAddress() throws IOException {
    return InetAddress.getByName(far());
  }

  /// From now on the far side drops all that arrives, before any socket sees it.
  public void drop() throws IOException {
    if (!drops) {
      must(filter("add"));
      drops = true;
    }
  }

  /// From now on everything arrives again: TCP sends again what was not acknowledged.
  public void heal() throws IOException {
    if (drops) {
      must("tc", "-n", name, "filter", "del", "dev", farDevice, "ingress");
      drops = false;
    }
  }

  /// The command that runs `command` in the namespace.
  public List<String> inside(List<String> command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(command);
    return all;
  }

  private String[] filter(String verb) {
    return ("tc;-n;"
            + name
            + ";filter;"
            + verb
            + ";dev;"
            + farDevice
            + ";ingress;protocol;all;prio;1;bpf;direct-action;bytecode;"
            + DROP)
        .split(";", -1);
  }

  private void far(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("ip", "-n", name));
    all.addAll(List.of(command));
    must(all.toArray(String[]::new));
  }

  /// The first of the small networks, from this one on, that no device of ours has.
  private static int free(int high, int low) throws IOException {
    for (int i = 0; i < 512; i++) {
      int at = (high + i & 511) << 6 | low;
      String net = "198." + (18 + (at >> 14)) + "." + (at >> 6 & 255) + "." + (at & 63) * 4 + "/30";
      if (run("ip", "-o", "addr", "show", "to", net).said().isEmpty()) {
        return at;
      }
    }
    throw new IOException("no network is free");
  }

  /// What a kernel may lack or a container may forbid.
  private static void granted(String... command) throws IOException {
    try {
      must(command);
    } catch (IOException e) {
      throw new NoLinkException(e.toString());
    }
  }

  private static void must(String... command) throws IOException {
    Said said = run(command);
    if (said.status() != 0) {
      throw new IOException(
          String.join(" ", command) + ": exit " + said.status() + " " + said.said());
    }
  }

  private record Said(int status, String said) {}

  private static Said run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var input = process.getInputStream()) {
      process.getOutputStream().close();
      String said = new String(input.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("does not end: " + String.join(" ", command));
      }
      return new Said(process.exitValue(), said);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted: " + String.join(" ", command), e);
    } finally {
      process.destroyForcibly();
    }
  }

  /// Takes the devices and the namespace away; a second close does nothing.
  @Override
  public void close() throws IOException {
    remove(name, nearDevice);
  }

  /// Holds a dropping link until standard input ends, for programs that are no tests.
  public static void main(String[] args) throws IOException {
    try (DroppingLink link = open()) {
      link.drop();
      System.out.println("namespace=" + link.name);
      System.out.println("device=" + link.nearDevice);
      System.out.println("near=" + link.near());
      System.out.println("far=" + link.far());
      System.out.println("near6=" + link.near6());
      System.out.println("far6=" + link.far6());
      System.out.println("ready");
      while (System.in.read() >= 0) {}
    }
  }
}
