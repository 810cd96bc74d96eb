package ropewalk.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The process at the other end: the C one, or a Java one that can only read where there is no
/// compiler.
final class Receiver implements AutoCloseable {
  private final Child child;
  private final boolean isNative;
  private final Map<String, String> addresses = new HashMap<>();

  Receiver(Programs programs, List<String> javaCommand, Path folder) throws IOException {
    Path program = programs.program("receiver");
    this.isNative = program != null;
    List<String> command = new ArrayList<>(javaCommand);
    command.add("ropewalk.bench.peer.JavaReceiver");
    this.child =
        Child.start(
            "receiver", Pin.receiver(), program != null ? List.of(program.toString()) : command);
    for (String kind : List.of("tcp", "unix")) {
      String answer = child.ask("listen " + kind + " " + folder.resolve("receiver.sock"));
      addresses.put(kind, answer.substring("at ".length()));
    }
  }

  String language() {
    return isNative ? "C" : "Java (no C compiler here)";
  }

  boolean canTake(Cell cell) {
    return isNative || cell.receiver().equals("read") || cell.isSlow();
  }

  long pid() {
    return child.pid();
  }

  /// A port, or a path.
  String address(String kind) {
    return java.util.Objects.requireNonNull(addresses.get(kind), kind);
  }

  /// Tells the receiver to accept the next connection and eat it; [#taken] waits for it.
  void take(Cell cell) {
    child.tell("take %s %s %d".formatted(cell.kind(), cell.receiver(), cell.rate()));
  }

  /// Bytes eaten.
  long taken() throws IOException {
    return Long.parseLong(child.answer("take").split(" ", -1)[1]);
  }

  @Override
  public void close() {
    child.close();
  }
}
