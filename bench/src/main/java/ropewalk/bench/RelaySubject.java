package ropewalk.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One program that relays, in a process of its own: from where it listens to the receiver.
///
/// @param name short, unique in a run
/// @param family ours, another one for the JVM, or a program in C
/// @param program the executable that has to be on this machine; null for the JVM we run on
/// @param way what it is told to be
record RelaySubject(String name, Subject.Family family, @Nullable String program, String way) {
  /// What all AF_UNIX queues are asked to hold, see [Report].
  private static final int UNIX_QUEUE_BYTES = 1 << 20;

  static List<RelaySubject> all() {
    return List.of(
        new RelaySubject("ours-ring", Subject.Family.OURS, null, "ring"),
        new RelaySubject("ours-epoll", Subject.Family.OURS, null, "epoll"),
        new RelaySubject("netty-spliceTo", Subject.Family.JVM, null, "netty-splice"),
        new RelaySubject("netty-bytebuf", Subject.Family.JVM, null, "netty-copy"),
        new RelaySubject("haproxy-splice", Subject.Family.C, "haproxy", "65536"),
        new RelaySubject("haproxy-splice-1m", Subject.Family.C, "haproxy", "1048576"),
        new RelaySubject("socat", Subject.Family.C, "socat", "65536"));
  }

  /// Why it can't run on this machine, or null if it can.
  @Nullable String whyNot() {
    return program == null || executable() != null
        ? null
        : "no " + program + " on this machine: bench/setup installs it";
  }

  /// Debian keeps haproxy where an ordinary user's PATH does not look.
  private @Nullable String executable() {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin";
    for (String folder : path.split(":", -1)) {
      Path file = Path.of(folder, String.valueOf(program));
      if (Files.isExecutable(file)) {
        return file.toString();
      }
    }
    return null;
  }

  /// What to start. `listen` and `target` are ports or paths, after `kind`.
  ///
  /// @param folder where a configuration can be written
  List<String> command(String kind, String listen, String target, Path folder) throws IOException {
    if ("socat".equals(program)) {
      return socat(kind, listen, target);
    }
    if ("haproxy".equals(program)) {
      Path file = folder.resolve(name + "-" + kind + ".cfg");
      Files.writeString(file, haproxy(kind, listen, target));
      return List.of(String.valueOf(executable()), "-db", "-q", "-f", file.toString());
    }
    List<String> command = new ArrayList<>(Subjects.java(family));
    command.add("ropewalk.bench.peer.RelayPeer");
    command.addAll(List.of(way, address(kind, listen), address(kind, target)));
    return command;
  }

  private static String address(String kind, String name) {
    return kind.equals("tcp") ? "tcp://127.0.0.1:" + name : "unix:" + name;
  }

  /// A child for each connection, as one runs it; `-b` is its buffer.
  private List<String> socat(String kind, String listen, String target) {
    String queue = ",sndbuf=" + UNIX_QUEUE_BYTES;
    return kind.equals("tcp")
        ? List.of(
            "socat",
            "-b" + way,
            "TCP4-LISTEN:" + listen + ",bind=127.0.0.1,reuseaddr,fork",
            "TCP4:127.0.0.1:" + target)
        : List.of(
            "socat",
            "-b" + way,
            "UNIX-LISTEN:" + listen + ",fork" + queue,
            "UNIX-CONNECT:" + target + queue);
  }

  /// One thread, TCP mode, splicing both ways.
  private String haproxy(String kind, String listen, String target) {
    boolean isTcp = kind.equals("tcp");
    return """
        global
          nbthread 1
          maxconn 100
          tune.pipesize %s
        %s
        defaults
          mode tcp
          timeout connect 60s
          timeout client 60s
          timeout server 60s
          option splice-request
          option splice-response
        listen relay
          bind %s
          server receiver %s
        """
        .formatted(
            way,
            isTcp
                ? ""
                : "  tune.sndbuf.client %d%n  tune.sndbuf.server %d%n"
                    .formatted(UNIX_QUEUE_BYTES, UNIX_QUEUE_BYTES),
            isTcp ? "127.0.0.1:" + listen : "unix@" + listen,
            isTcp ? "127.0.0.1:" + target : "unix@" + target);
  }
}
