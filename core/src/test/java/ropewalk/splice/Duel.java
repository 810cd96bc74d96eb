package ropewalk.splice;

import static ropewalk.splice.World.FILE_IN;
import static ropewalk.splice.World.FILE_OUT;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.pipe.PipeEnd;
import ropewalk.testkit.Gen;

/// Two [World]s in which the same is done, and what is compared: every result, every byte that
/// comes out, and what can be asked of the pipes.
abstract class Duel {
  static final int PAGE = 4096;

  /// Bytes of memory that are written from and read into.
  static final int ROOM = 1 << 18;

  /// Where the file to write ends at most.
  static final int FILE_MAX = 1 << 17;

  /// Steps that a failure shows.
  private static final int SHOWN = 25;

  final Gen gen;
  final KernelWorld kernel;
  final OurWorld ours;
  final long source;
  final long fromKernel;
  final long fromOurs;
  final int fileLength;
  private final EnumMap<Row, Long> rows;
  final ArrayDeque<String> log = new ArrayDeque<>();
  boolean wrote;

  /// Memory at `source` is written from, the other two are read into; [#ROOM] bytes each. `rows`
  /// counts what is met.
  Duel(
      Gen gen,
      KernelWorld kernel,
      OurWorld ours,
      long source,
      long fromKernel,
      long fromOurs,
      int fileLength,
      EnumMap<Row, Long> rows) {
    this.gen = gen;
    this.kernel = kernel;
    this.ours = ours;
    this.source = source;
    this.fromKernel = fromKernel;
    this.fromOurs = fromOurs;
    this.fileLength = fileLength;
    this.rows = rows;
  }

  /// A call that takes bytes out, into memory at `to`.
  interface Waiting {
    long run(World world, long to);
  }

  // ---- both at once, and the comparison

  long both(String what, ToLongFunction<World> call) {
    note(what);
    long theirs = call.applyAsLong(kernel);
    long result = call.applyAsLong(ours);
    compare(theirs, result);
    return result;
  }

  /// As [#both], with the end made non-blocking for the call if it would wait.
  long calm(boolean waits, int end, String what, ToLongFunction<World> call) {
    if (!waits) {
      return both(what, call);
    }
    int packets = packets(end) ? Open.O_DIRECT : 0;
    kernel.mode(end, Open.O_NONBLOCK | packets);
    ours.mode(end, Open.O_NONBLOCK | packets);
    long result = both(what, call);
    kernel.mode(end, packets);
    ours.mode(end, packets);
    return result;
  }

  long drain(boolean waits, int end, boolean bad, String what, Waiting call) {
    long result =
        calm(
            waits,
            end,
            what,
            world -> call.run(world, bad ? 0 : world == kernel ? fromKernel : fromOurs));
    if (!bad) {
      compareBytes(result);
    }
    return result;
  }

  void compare(long theirs, long result) {
    log.addLast(log.removeLast() + " = " + KernelWorld.name(theirs));
    if (theirs != result) {
      throw new AssertionError(
          "the kernel answered " + KernelWorld.name(theirs) + ", we " + KernelWorld.name(result));
    }
  }

  void compareBytes(long n) {
    if (n > 0) {
      long at = Memory.ALL.asSlice(fromKernel, n).mismatch(Memory.ALL.asSlice(fromOurs, n));
      if (at >= 0) {
        throw new AssertionError("byte " + at + " of " + n + " differs");
      }
    }
  }

  void compareAll() {
    for (int end = 0; end < FILE_IN; end++) {
      if (kernel.isClosed(end) != ours.isClosed(end)) {
        throw new AssertionError("end " + end + " is closed in one world");
      }
      if (kernel.isClosed(end)) {
        continue;
      }
      boolean broken = ours.pipe(end).isBroken();
      int mask = broken ? Poll.POLLERR : ~0;
      same("poll", end, kernel.ready(end) & mask, ours.ready(end) & mask);
      same("size", end, kernel.size(end), ours.size(end));
      if (!broken) {
        same("FIONREAD", end, kernel.bytes(end), ours.bytes(end));
      }
    }
    same("position", FILE_IN, kernel.position(FILE_IN), ours.position(FILE_IN));
    same("position", FILE_OUT, kernel.position(FILE_OUT), ours.position(FILE_OUT));
    if (wrote && gen.oneIn(50)) {
      compareFiles();
    }
  }

  void compareFiles() {
    wrote = false;
    int theirs = (int) kernel.written(fromKernel, ROOM);
    same("size of the file", FILE_OUT, theirs, ours.written(fromOurs, ROOM));
    compareBytes(theirs);
  }

  static void same(String what, int end, long theirs, long result) {
    if (theirs != result) {
      throw new AssertionError(
          "%s of %d: the kernel has %d, we %d".formatted(what, end, theirs, result));
    }
  }

  // ---- choices and questions

  int length(int max) {
    return switch (gen.in(0, 5)) {
      case 0 -> gen.in(0, 8);
      case 1 -> gen.in(0, 600);
      case 2 -> (int) gen.edgy(0, PAGE + 1L);
      case 3 -> Math.min(max, PAGE * gen.in(1, 4));
      case 4 -> gen.in(0, PAGE);
      default -> gen.in(0, max);
    };
  }

  long from(int length) {
    return source + gen.below(ROOM - length);
  }

  String at(long address) {
    return address == 0 ? "bad" : "+" + (address - source);
  }

  boolean blocks(int end) {
    return !ours.isClosed(end) && !nonBlocking(end);
  }

  boolean nonBlocking(int end) {
    PipeEnd it = ours.end(end);
    return it == null || it.isNonBlocking();
  }

  boolean packets(int end) {
    PipeEnd it = ours.end(end);
    return it != null && it.isPackets();
  }

  boolean isEmpty(int end) {
    return !ours.isClosed(end) && ours.pipe(end).bytes() == 0;
  }

  boolean isFull(int end) {
    return !ours.isClosed(end) && ours.pipe(end).free() == 0;
  }

  void note(String what) {
    if (log.size() == SHOWN) {
      log.removeFirst();
    }
    log.addLast(what);
  }

  void meet(Row row, boolean met) {
    if (met) {
      rows.merge(row, 1L, Long::sum);
    }
  }

  /// The table of rows and how often each was met.
  static String table(Map<Row, Long> rows) {
    StringBuilder text = new StringBuilder();
    for (Row row : Row.values()) {
      text.append("%,10d  %s%n".formatted(rows.getOrDefault(row, 0L), row.sentence()));
    }
    return text.toString();
  }
}
