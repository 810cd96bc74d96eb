package ropewalk.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Which core a process is held to. Without taskset, or on a single core, nothing is held and the
/// result says so.
public record Pin(int core) {

  /// Held to no core.
  public static final Pin NOWHERE = new Pin(-1);

  /// Whether processes can be held apart here.
  public static boolean isPossible() {
    return Runtime.getRuntime().availableProcessors() > 1
        && Files.isExecutable(Path.of("/usr/bin/taskset"));
  }

  /// Where whoever is measured runs.
  public static Pin sender() {
    return isPossible() ? new Pin(0) : NOWHERE;
  }

  /// Where the other end runs.
  public static Pin receiver() {
    return isPossible() ? new Pin(1) : NOWHERE;
  }

  List<String> prefix() {
    return core < 0 ? List.of() : List.of("/usr/bin/taskset", "-c", Integer.toString(core));
  }
}
