package ropewalk.splice;

import static ropewalk.splice.World.FILE_IN;
import static ropewalk.splice.World.NONE;
import static ropewalk.splice.World.PIPES;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Objects;
import java.util.function.ToLongFunction;
import ropewalk.linux.Errno;
import ropewalk.linux.Open;
import ropewalk.testkit.Gen;

/// Steps that wait, and the partner that ends the wait: a second thread that does one thing, the
/// same in both worlds. Whichever of the two comes first, the result is the same.
abstract class Partners extends Duel {
  /// What partners answered; nobody asks, the bytes tell.
  private volatile long helped;

  Partners(
      Gen gen,
      KernelWorld kernel,
      OurWorld ours,
      long source,
      long fromKernel,
      long fromOurs,
      int fileLength,
      EnumMap<Row, Long> rows) {
    super(gen, kernel, ours, source, fromKernel, fromOurs, fileLength, rows);
  }

  // ---- steps that wait

  /// A call that waits, and a partner that ends the wait.
  void partner() throws IOException {
    int pipe = gen.in(0, PIPES - 1);
    int sink = pipe + PIPES;
    if (!gen.oneIn(4) || ours.isClosed(pipe) || ours.isClosed(sink)) {
      return;
    }
    int packets = gen.oneIn(4) ? Open.O_DIRECT : 0;
    kernel.mode(pipe, packets);
    ours.mode(pipe, packets);
    kernel.mode(sink, 0);
    ours.mode(sink, 0);
    int length = gen.in(1, PAGE);
    long address = from(length);
    if (isEmpty(sink)) {
      boolean ends = gen.oneIn(3);
      ToLongFunction<World> help =
          world -> {
            if (ends) {
              world.close(pipe);
              return 0;
            }
            return world.write(pipe, address, length);
          };
      int other = (pipe + 1) % PIPES;
      boolean toOther = !ours.isClosed(other) && !ours.pipe(other).isBroken() && !isFull(other);
      int how = gen.in(0, toOther ? 3 : 1);
      if (how >= 2) {
        kernel.mode(other, 0);
        ours.mode(other, 0);
      }
      long result =
          switch (how) {
            case 0 -> together("read", sink, help, (world, to) -> world.read(sink, to, ROOM));
            case 1 ->
                together(
                    "vmsplice",
                    sink,
                    help,
                    (world, to) -> world.vmsplice(sink, new long[] {to}, new int[] {ROOM}, 0));
            case 2 ->
                together(
                    "splice",
                    sink,
                    help,
                    (world, to) -> world.splice(sink, NONE, other, NONE, ROOM, 0));
            default -> together("tee", sink, help, (world, to) -> world.tee(sink, other, ROOM, 0));
          };
      meet(Row.WAITED_FOR_BYTES, result > 0);
      meet(Row.WAITED_FOR_END, result == 0);
    } else if (isFull(pipe) && ours.pipe(pipe).slots() > 1) {
      boolean ends = gen.oneIn(3);
      int first = Objects.requireNonNull(ours.pipe(pipe).peek()).length();
      ToLongFunction<World> help =
          world -> {
            if (ends) {
              world.close(sink);
              return 0;
            }
            return world.read(sink, world == kernel ? fromKernel : fromOurs, first);
          };
      // What could be appended without waiting would race the close.
      int size = ends ? PAGE : length;
      long result =
          switch (gen.in(0, 2)) {
            case 0 -> together("write", pipe, help, (world, to) -> world.write(pipe, source, size));
            case 1 ->
                together(
                    "vmsplice",
                    pipe,
                    help,
                    (world, to) ->
                        world.vmsplice(pipe, new long[] {source}, new int[] {length}, 0));
            default ->
                together(
                    "splice",
                    pipe,
                    help,
                    (world, to) -> world.splice(FILE_IN, 0, pipe, NONE, length, 0));
          };
      meet(Row.WAITED_FOR_ROOM, result > 0);
      meet(Row.WAITED_FOR_BREAK, result == -Errno.EPIPE);
    }
  }

  long together(String what, int end, ToLongFunction<World> help, Waiting call) {
    note(what + "(" + end + ", with a partner)");
    long theirs = together(kernel, help, call, fromKernel);
    long result = together(ours, help, call, fromOurs);
    compare(theirs, result);
    compareBytes(result);
    return result;
  }

  long together(World world, ToLongFunction<World> help, Waiting call, long to) {
    Thread partner =
        Thread.ofPlatform().name("partner").start(() -> helped = help.applyAsLong(world));
    long result = call.run(world, to);
    try {
      partner.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return result;
  }
}
