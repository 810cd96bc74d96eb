package ropewalk.bench;

import java.util.List;

/// One way to send a file, in a process of its own.
///
/// @param name short, unique in a run
/// @param family who it is
/// @param engine who waits for the socket: `blocking calls`, `epoll`, `io_uring`
/// @param promise `strict` (bytes handed over never change) or `relaxed`
/// @param kinds the sockets it can send to
/// @param thread `platform` or `virtual`
/// @param arguments of the sender process
record Subject(
    String name,
    Family family,
    String engine,
    String promise,
    List<String> kinds,
    String thread,
    List<String> arguments) {

  enum Family {
    C,
    JVM,
    OURS
  }

  /// Does this subject belong into `cell`? A slow receiver is there to see what waiting costs, so
  /// only those who have a JVM and a thread to park take part, in both kinds of threads; elsewhere
  /// platform threads do.
  boolean fits(Cell cell) {
    boolean kind = kinds.contains(cell.kind());
    return cell.isSlow() ? kind && family != Family.C : kind && thread.equals("platform");
  }
}
