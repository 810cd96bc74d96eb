package ropewalk.bench.sockets;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import ropewalk.bench.Child;
import ropewalk.bench.Pin;
import ropewalk.bench.Programs;

/// A link into a namespace that drops what carries data at its ingress, and lets a handshake
/// through: sends by reference complete uncopied there, over loopback they never do. The link
/// itself is the testkit's, in a process of its own; behind it the C program `acker` acknowledges
/// streams.
///
/// ```
///   subject ── veth ════ veth ──╳ longer than 100 bytes ──► acker (accepts; acknowledges blindly)
/// ```
final class Link implements AutoCloseable {
  /// Drops what is longer than 100 bytes, answers "go on" to the rest.
  private static final String DROP_LONG = "4,128 0 0 0,37 0 1 100,6 0 0 2,6 0 0 0";

  private static final String MAIN = "ropewalk.testkit.far.DroppingLink";

  private final Child link;
  private final Child acker;
  private final String far;
  private final String ackerPort;

  /// @param ackerProgram the compiled `acker`
  /// @throws IOException where this machine has no such link to offer, saying why
  Link(Path home, String ackerProgram) throws IOException {
    String classes =
        home.resolve("../testkit/target/classes").normalize()
            + File.pathSeparator
            + home.resolve("../linux/target/classes").normalize();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    link =
        Child.start(
            "link",
            Pin.NOWHERE,
            List.of(java, "--enable-native-access=ALL-UNNAMED", "-cp", classes, MAIN));
    Child opened = null;
    try {
      Map<String, String> facts = new HashMap<>();
      while (true) {
        String line = link.answer("open");
        if (line.equals("ready")) {
          break;
        }
        int at = line.indexOf('=');
        facts.put(line.substring(0, at), line.substring(at + 1));
      }
      String namespace = Objects.requireNonNull(facts.get("namespace"));
      far = Objects.requireNonNull(facts.get("far"));
      String device = Objects.requireNonNull(facts.get("device")).replace("rwl", "rwm");
      letShortThrough(namespace, device);
      opened =
          Child.start(
              "acker",
              Pin.receiver(),
              List.of("ip", "netns", "exec", namespace, ackerProgram, far));
      acker = opened;
      ackerPort = acker.answer("listen").substring("at ".length());
    } catch (IOException | RuntimeException e) {
      if (opened != null) {
        opened.close();
      }
      link.close();
      throw e;
    }
  }

  private static void letShortThrough(String namespace, String device) throws IOException {
    String filter = "tc -n " + namespace + " filter ";
    String where = " dev " + device + " ingress";
    String _ = Programs.output(words(filter + "del" + where));
    List<String> how = new ArrayList<>(words(filter + "add" + where));
    how.addAll(words("protocol all prio 1 bpf direct-action bytecode"));
    how.add(DROP_LONG);
    String _ = Programs.output(how);
  }

  private static List<String> words(String line) {
    return List.of(line.split(" ", -1));
  }

  /// Connects `subject` over `kind`; from then on its stream is acknowledged.
  void connect(Stage stage, String subject, String kind) throws IOException {
    String answer = stage.ask(subject, "open " + kind + " " + address(kind));
    if (kind.equals("tcp")) {
      String number = answer.substring("open ".length());
      String _ = acker.ask("take " + stage.pid(subject) + " " + number);
    }
  }

  /// Where it listens, or for datagrams the discard port, where nobody does.
  String address(String kind) {
    return far + ":" + (kind.equals("tcp") ? ackerPort : "9");
  }

  /// The process that acknowledges.
  Child acker() {
    return acker;
  }

  @Override
  public void close() {
    acker.close();
    link.close();
  }
}
