package ropewalk.bench;

import java.util.List;

/// One way to send a file, in a process of its own.
///
/// @param name short, unique in a run
/// @param family who it is
/// @param engine who waits for the socket: `blocking calls`, `epoll`, `io_uring`
/// @param promise `strict` (bytes handed over never change) or `relaxed`
/// @param kinds the sockets it can send to
/// @param part the cells it takes part in
/// @param thread `platform` or `virtual`
/// @param arguments of the sender process
record Subject(
    String name,
    Family family,
    String engine,
    String promise,
    List<String> kinds,
    Part part,
    String thread,
    List<String> arguments) {

  enum Family {
    C,
    JVM,
    OURS
  }

  /// A slow receiver is there to see what waiting costs, so that other rows are of interest there.
  enum Part {
    FAST,
    /// Fast ones whose subject keeps a mapping, so that nothing is ever cold to it.
    WARM,
    SLOW,
    EVERYWHERE
  }

  boolean fits(Cell cell) {
    return kinds.contains(cell.kind())
        && switch (part) {
          case EVERYWHERE -> true;
          case FAST -> !cell.isSlow();
          case WARM -> !cell.isSlow() && cell.isWarm();
          case SLOW -> cell.isSlow();
        };
  }
}
