package ropewalk.bench;

import static ropewalk.bench.Subject.Family.C;
import static ropewalk.bench.Subject.Family.JVM;
import static ropewalk.bench.Subject.Family.OURS;
import static ropewalk.bench.Subject.Part.EVERYWHERE;
import static ropewalk.bench.Subject.Part.FAST;
import static ropewalk.bench.Subject.Part.SLOW;
import static ropewalk.bench.Subject.Part.WARM;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ropewalk.bench.Subject.Part;

/// The field: who is compared.
public final class Subjects {
  private static final List<String> BOTH = List.of("tcp", "unix");

  private Subjects() {}

  static List<Subject> all() {
    return List.of(
        c("c-sendfile", "sendfile", "relaxed", FAST),
        c("c-pread-write", "pread-write", "strict", FAST),
        c("c-splice", "splice", "relaxed", FAST),
        c("c-vmsplice", "vmsplice", "relaxed", WARM),
        c("c-vmsplice-1m", "vmsplice-1m", "relaxed", WARM),
        jvm("jdk-transferTo", "transferTo", "blocking calls", "relaxed", EVERYWHERE),
        jvm("jdk-read-write", "readWrite", "blocking calls", "strict", EVERYWHERE),
        new Subject(
            "jdk-mapped-write",
            JVM,
            "blocking calls",
            "strict",
            List.of("unix"),
            WARM,
            "platform",
            List.of("mappedWrite", "platform")),
        jvm("netty-epoll", "netty", "epoll", "relaxed", EVERYWHERE),
        ours("ours-cached-ring", "cached-ring", "io_uring", "strict", FAST),
        ours("ours-cached-epoll", "cached-epoll", "epoll", "strict", EVERYWHERE),
        ours("ours-plain-ring", "plain-ring", "io_uring", "strict", FAST),
        ours("ours-plain-epoll", "plain-epoll", "epoll", "strict", FAST),
        ours("ours-relaxed-ring", "relaxed-ring", "io_uring", "relaxed", FAST),
        ours("ours-relaxed-epoll", "relaxed-epoll", "epoll", "relaxed", FAST),
        jvm("jdk-transferTo-vt", "transferTo", "JDK poller", "relaxed", SLOW),
        jvm("jdk-read-write-vt", "readWrite", "JDK poller", "strict", SLOW),
        ours("ours-cached-ring-vt", "cached-ring", "io_uring", "strict", SLOW),
        ours("ours-cached-epoll-vt", "cached-epoll", "epoll", "strict", SLOW),
        ours("ours-relaxed-ring-vt", "relaxed-ring", "io_uring", "relaxed", SLOW),
        ours("ours-relaxed-epoll-vt", "relaxed-epoll", "epoll", "relaxed", SLOW));
  }

  private static Subject c(String name, String way, String promise, Part part) {
    return new Subject(
        name, C, "blocking calls", promise, BOTH, part, "platform", List.of("sender", way));
  }

  private static Subject jvm(String name, String way, String engine, String promise, Part part) {
    String thread = thread(name);
    return new Subject(name, JVM, engine, promise, BOTH, part, thread, List.of(way, thread));
  }

  private static Subject ours(String name, String way, String engine, String promise, Part part) {
    String thread = thread(name);
    return new Subject(name, OURS, engine, promise, BOTH, part, thread, List.of(way, thread));
  }

  private static String thread(String name) {
    return name.endsWith("-vt") ? "virtual" : "platform";
  }

  /// Java as the senders run it: a small fixed heap, and the house's rule that `linux` alone may
  /// call native code; Netty lives on the class path and needs the same right there.
  static List<String> java(Subject.Family family) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-Djava.net.preferIPv4Stack=true"));
    String modules = System.getProperty("jdk.module.path");
    if (family == OURS && modules != null) {
      command.addAll(
          List.of(
              "--module-path",
              modules,
              "--add-modules",
              "ropewalk.core",
              "--enable-native-access=ropewalk.linux",
              "--illegal-native-access=deny"));
    } else {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path", ".")));
    return command;
  }

  /// Java as peers of other sets run it: ours on the module path, the others on the class path.
  public static List<String> java(boolean isOurs) {
    return java(isOurs ? OURS : JVM);
  }

  static List<String> command(Subject subject, Programs programs) {
    List<String> command = new ArrayList<>();
    if (subject.family() == C) {
      command.add(programs.folder() + File.separator + subject.arguments().getFirst());
      command.addAll(subject.arguments().subList(1, subject.arguments().size()));
      return command;
    }
    command.addAll(java(subject.family()));
    command.add("ropewalk.bench.peer.Sender");
    command.addAll(subject.arguments());
    return command;
  }
}
