package ropewalk.splice;

import static ropewalk.splice.World.FILE_APPEND;
import static ropewalk.splice.World.FILE_IN;
import static ropewalk.splice.World.FILE_OUT;
import static ropewalk.splice.World.HANDLES;
import static ropewalk.splice.World.NONE;
import static ropewalk.splice.World.PIPES;

import java.io.IOException;
import java.util.EnumMap;
import ropewalk.iov.Imports;
import ropewalk.linux.Errno;
import ropewalk.linux.Open;
import ropewalk.testkit.Gen;

/// A random program, played step by step in two [World]s; every result, every byte that comes out
/// and what can be asked of the pipes has to be the same after each step.
///
/// ```
///   Gen --> step --> kernel: result, bytes --+
///            |                               == ?   then size, FIONREAD, poll of all ends
///            `-----> ours:   result, bytes --+
/// ```
///
/// Nothing may hang: a step that would wait is given a partner (a second thread that does one
/// thing, the same in both worlds), or the end is made non-blocking for it. Lengths prefer the
/// edges: 0, a page, a page and one, all there is.
final class Program extends Partners {
  /// See [Duel].
  Program(
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

  /// Plays `steps` steps with fresh pipes.
  void run(int steps) throws IOException {
    for (int pipe = 0; pipe < PIPES; pipe++) {
      open(pipe);
    }
    for (int i = 0; i < steps; i++) {
      try {
        step();
        compareAll();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            e.getMessage() + "\nthe last steps:\n  " + String.join("\n  ", log), e);
      }
    }
    compareFiles();
  }

  private void step() throws IOException {
    switch (gen.in(0, 35)) {
      case 0, 1, 2, 3, 4, 5 -> write();
      case 6, 7, 8, 9, 10 -> read();
      case 11, 12, 13, 14, 15 -> splice();
      case 16, 17, 18, 19 -> wild();
      case 20, 21 -> tee();
      case 22, 23 -> vmsplice();
      case 24 -> vmsplicePages();
      case 25, 26 -> sendfile();
      case 27 -> resize();
      case 28 -> mode();
      case 29 -> partner();
      case 30 -> closeOne();
      default -> reopen();
    }
  }

  // ---- the steps

  private void write() {
    int end = gen.in(0, PIPES - 1);
    int length = length(6 * PAGE);
    long address = gen.oneIn(40) ? 0 : from(length);
    boolean waits = blocks(end) && ours.pipe(end).free() <= (length + PAGE - 1) / PAGE;
    long result =
        calm(
            waits,
            end,
            "write(%d, %s, %d)".formatted(end, at(address), length),
            world -> world.write(end, address, length));
    meet(Row.NO_READERS, result == -Errno.EPIPE);
    meet(Row.BAD_END, result == -Errno.EBADF);
    meet(Row.FULL, result == -Errno.EAGAIN);
    meet(Row.FAULT, result == -Errno.EFAULT);
    meet(Row.SHORT, result > 0 && result < length);
  }

  private void read() {
    int end = gen.in(PIPES, FILE_IN - 1);
    int length = length(6 * PAGE);
    boolean bad = gen.oneIn(40);
    boolean isPacket = (ours.pipe(end).peekFlags() & ropewalk.pipe.Pipe.PACKET) != 0;
    long before = ours.isClosed(end) ? 0 : ours.pipe(end).bytes();
    long result =
        drain(
            blocks(end) && isEmpty(end),
            end,
            bad,
            "read(%d, %s%d)".formatted(end, bad ? "bad, " : "", length),
            (world, to) -> world.read(end, to, length));
    meet(Row.EMPTY, result == -Errno.EAGAIN);
    meet(Row.EMPTY_ENDED, result == 0 && length > 0);
    meet(Row.FAULT, result == -Errno.EFAULT);
    meet(Row.BAD_END, result == -Errno.EBADF);
    meet(
        Row.PACKET_CUT,
        isPacket && result == length && length > 0 && before - ours.pipe(end).bytes() > result);
  }

  private void splice() {
    int in = gen.pick(3, 4, 5, FILE_IN);
    int out = gen.pick(0, 1, 2, FILE_OUT);
    if (in == FILE_IN && out == FILE_OUT) {
      out = gen.in(0, PIPES - 1);
    }
    if (World.isPipe(in) && World.isPipe(out) && World.pipe(in) == out) {
      out = (out + 1) % PIPES;
    }
    int length = length(10 * PAGE);
    long offIn = in == FILE_IN && gen.bool() ? gen.edgy(0, fileLength + 10) : NONE;
    long offOut = out == FILE_OUT ? gen.edgy(0, FILE_MAX - length) : NONE;
    int flags = gen.pick(0, 2, 2, 2, 6, 1 | 2, 2 | 8);
    splice(in, offIn, out, offOut, length, flags);
  }

  /// Whatever the kernel refuses.
  private void wild() {
    int in = gen.in(0, HANDLES - 1);
    int out = gen.in(0, HANDLES - 1);
    if (in == FILE_APPEND || (in == FILE_OUT && out < FILE_IN)) {
      in = gen.in(PIPES, FILE_IN);
    }
    int length = gen.oneIn(6) ? 0 : length(2 * PAGE);
    long offIn = gen.pick(NONE, NONE, 0L, -5L, 7L);
    long offOut = gen.pick(NONE, 0L, -5L, 9L);
    int flags = gen.pick(2, 2, 2, 2, 2, 2, 0x10, 0x42);
    if (out == FILE_OUT && offOut == NONE) {
      offOut = 0; // the position might be anywhere, and the file is to stay small
    }
    splice(in, offIn, out, offOut, length, flags);
  }

  private void splice(int in, long offIn, int out, long offOut, int length, int flags) {
    boolean mayWait =
        (flags & 2) == 0
            && !(World.isSink(in) && nonBlocking(in))
            && !(World.isSource(out) && nonBlocking(out));
    boolean waits =
        mayWait && ((World.isSink(in) && isEmpty(in)) || (World.isSource(out) && isFull(out)));
    int calm = waits ? flags | 2 : flags;
    boolean unknown = (flags & ~15) != 0;
    boolean inEnded = in == FILE_IN && (offIn == NONE ? ours.position(in) : offIn) >= fileLength;
    boolean open =
        !(World.isPipe(in) && ours.isClosed(in)) && !(World.isPipe(out) && ours.isClosed(out));
    wrote |= out == FILE_OUT;
    long result =
        both(
            "splice(%d @%d, %d @%d, %d, 0x%x)".formatted(in, offIn, out, offOut, length, calm),
            world -> world.splice(in, offIn, out, offOut, length, calm));
    boolean pipeIn = World.isPipe(in);
    boolean pipeOut = World.isPipe(out);
    boolean same = pipeIn && pipeOut && World.pipe(in) == World.pipe(out);
    meet(Row.LENGTH_ZERO, length == 0);
    if (length == 0) {
      return;
    }
    meet(Row.UNKNOWN_FLAG, unknown && result == -Errno.EINVAL);
    meet(Row.BAD_END, result == -Errno.EBADF);
    meet(Row.PIPE_WITH_OFFSET, result == -Errno.ESPIPE);
    boolean refused = result == -Errno.EINVAL && !unknown && open;
    meet(Row.NO_PIPE, refused && !pipeIn && !pipeOut);
    meet(Row.SAME_PIPE, refused && same);
    meet(Row.APPEND, refused && pipeIn && out == FILE_APPEND && offOut >= NONE);
    meet(Row.NEGATIVE_OFFSET, refused && pipeIn != pipeOut && (offIn == -5 || offOut == -5));
    meet(Row.NO_READERS, result == -Errno.EPIPE);
    meet(Row.EMPTY, result == -Errno.EAGAIN && World.isSink(in) && isEmpty(in));
    meet(Row.FULL, result == -Errno.EAGAIN && World.isSource(out) && isFull(out));
    meet(Row.EMPTY_ENDED, result == 0 && World.isSink(in));
    meet(Row.FILE_ENDED, result == 0 && inEnded);
    meet(Row.SHORT, result > 0 && result < length);
    if (result > 0 && result < length && gen.oneIn(3)) {
      goOn(in, offIn, out, offOut, result, length, calm | 2);
    }
  }

  /// The rest of a splice that was short: it meets what stopped the first.
  private void goOn(int in, long offIn, int out, long offOut, long done, int length, int flags) {
    long from = offIn == NONE ? NONE : offIn + done;
    long to = offOut == NONE ? NONE : offOut + done;
    long result =
        both(
            "splice(%d @%d, %d @%d, %d, 0x%x), the rest"
                .formatted(in, from, out, to, length - done, flags),
            world -> world.splice(in, from, out, to, length - done, flags));
    meet(Row.STOPPED_AFTER_SHORT, result <= 0);
  }

  private void tee() {
    int in = gen.oneIn(8) ? gen.in(0, FILE_IN) : gen.in(PIPES, FILE_IN - 1);
    int out = gen.oneIn(8) ? gen.in(0, HANDLES - 2) : gen.in(0, PIPES - 1);
    int length = gen.oneIn(10) ? 0 : length(10 * PAGE);
    int flags = gen.oneIn(20) ? 0x20 : 2;
    long result =
        both(
            "tee(%d, %d, %d, 0x%x)".formatted(in, out, length, flags),
            world -> world.tee(in, out, length, flags));
    meet(Row.UNKNOWN_FLAG, flags == 0x20 && result == -Errno.EINVAL);
    if (flags == 0x20) {
      return;
    }
    meet(Row.LENGTH_ZERO, length == 0 && result == 0);
    meet(Row.BAD_END, result == -Errno.EBADF);
    boolean pipes = World.isPipe(in) && World.isPipe(out);
    meet(Row.TEE_NO_PIPES, result == -Errno.EINVAL && !pipes);
    meet(Row.TEE_SAME_PIPE, result == -Errno.EINVAL && pipes);
    meet(Row.NO_READERS, result == -Errno.EPIPE);
    meet(Row.EMPTY, result == -Errno.EAGAIN && World.isSink(in) && isEmpty(in));
    meet(Row.FULL, result == -Errno.EAGAIN && World.isSource(out) && isFull(out));
    meet(Row.EMPTY_ENDED, result == 0 && length > 0);
    meet(Row.SHORT, result > 0 && result < length);
  }

  private void vmsplice() {
    int end = gen.oneIn(20) ? FILE_IN : gen.in(0, FILE_IN - 1);
    int flags = gen.oneIn(20) ? 0x80 : gen.pick(2, 2 | 8);
    if (World.isSink(end)) {
      int length = length(6 * PAGE);
      boolean bad = gen.oneIn(15);
      long result =
          drain(
              false,
              end,
              bad,
              "vmsplice(%d, to %s%d, 0x%x)".formatted(end, bad ? "bad, " : "", length, flags),
              (world, to) -> world.vmsplice(end, new long[] {to}, new int[] {length}, flags));
      meet(Row.EMPTY, result == -Errno.EAGAIN);
      meet(Row.FAULT, result == -Errno.EFAULT);
      meet(Row.EMPTY_ENDED, result == 0 && length > 0);
      return;
    }
    if (gen.oneIn(20)) {
      vmspliceMany(end, flags);
      return;
    }
    int parts = gen.in(0, 3);
    long[] addresses = new long[parts];
    int[] lengths = new int[parts];
    boolean hasGood = false;
    boolean hasBad = false;
    long total = 0;
    for (int i = 0; i < parts; i++) {
      lengths[i] = length(3 * PAGE);
      boolean bad = lengths[i] > 0 && gen.oneIn(12);
      hasGood |= !hasBad && !bad && lengths[i] > 0;
      hasBad |= bad;
      addresses[i] = bad ? 0 : from(lengths[i]);
      total += lengths[i];
    }
    long all = total;
    long result =
        both(
            "vmsplice(%d, %s, 0x%x)".formatted(end, java.util.Arrays.toString(lengths), flags),
            world -> world.vmsplice(end, addresses, lengths, flags));
    meet(Row.UNKNOWN_FLAG, flags == 0x80 && result == -Errno.EINVAL);
    meet(Row.VMSPLICE_NO_PIPE, end == FILE_IN && result == -Errno.EBADF);
    meet(Row.NO_READERS, result == -Errno.EPIPE);
    meet(Row.FULL, result == -Errno.EAGAIN);
    meet(Row.FAULT, result == -Errno.EFAULT);
    meet(Row.FAULT_AFTER_SOME, hasBad && hasGood && result > 0);
    meet(Row.SHORT, result > 0 && result < all && !hasBad);
  }

  /// As many segments as a call may have, or one more.
  private void vmspliceMany(int end, int flags) {
    int parts = gen.pick(Imports.SEGMENTS_MAX, Imports.SEGMENTS_MAX + 1);
    long[] addresses = new long[parts];
    int[] lengths = new int[parts];
    java.util.Arrays.fill(addresses, source);
    java.util.Arrays.fill(lengths, 1);
    long result =
        both(
            "vmsplice(%d, %d segments, 0x%x)".formatted(end, parts, flags),
            world -> world.vmsplice(end, addresses, lengths, flags));
    boolean isKnown = flags != 0x80;
    meet(Row.VMSPLICE_MANY, isKnown && parts > Imports.SEGMENTS_MAX && result == -Errno.EINVAL);
    meet(Row.SHORT, result > 0);
  }

  private void vmsplicePages() {
    int end = gen.in(0, PIPES - 1);
    int count = gen.in(1, 4);
    int page = gen.in(0, 12);
    int skip = gen.pick(0, 0, 1, 100);
    int flags = gen.pick(2, 2 | 8);
    long result =
        both(
            "vmsplice(%d, pages %d+%d at %d, 0x%x)".formatted(end, count, skip, page, flags),
            world -> world.vmsplicePages(end, page, count, skip, flags));
    meet(Row.SHORT, result > 0 && result < count * PAGE - skip);
    meet(Row.FULL, result == -Errno.EAGAIN);
  }

  private void sendfile() {
    int in = gen.oneIn(5) ? gen.in(0, FILE_IN - 1) : gen.oneIn(20) ? FILE_OUT : FILE_IN;
    int out = gen.pick(0, 1, 2, FILE_OUT, FILE_OUT, FILE_APPEND, 3, FILE_IN);
    int count = gen.oneIn(12) ? 0 : length(20 * PAGE);
    long offset = gen.pick(NONE, NONE, gen.edgy(0, fileLength + 10), -5L);
    if (out == FILE_OUT && ours.position(FILE_OUT) + count > FILE_MAX) {
      return; // the file to write is to stay small
    }
    boolean waits = World.isSource(out) && blocks(out) && isFull(out);
    boolean ended = (offset == NONE ? ours.position(FILE_IN) : offset) >= fileLength;
    wrote |= out == FILE_OUT;
    long result =
        calm(
            waits,
            out,
            "sendfile(%d, %d @%d, %d)".formatted(out, in, offset, count),
            world -> world.sendfile(out, in, offset, count));
    meet(Row.BAD_END, result == -Errno.EBADF);
    meet(Row.PIPE_WITH_OFFSET, result == -Errno.ESPIPE);
    meet(Row.SENDFILE_FROM_PIPE, result == -Errno.EINVAL && World.isSink(in));
    meet(Row.APPEND, result == -Errno.EINVAL && in == FILE_IN && out == FILE_APPEND);
    meet(Row.NEGATIVE_OFFSET, result == -Errno.EINVAL && in == FILE_IN && offset == -5);
    meet(Row.NO_READERS, result == -Errno.EPIPE);
    meet(Row.FULL, result == -Errno.EAGAIN);
    meet(Row.FILE_ENDED, result == 0 && ended && count > 0 && in == FILE_IN);
    meet(Row.SHORT, result > 0 && result < count);
    meet(Row.LENGTH_ZERO, result == 0 && count == 0);
  }

  private void resize() {
    int end = gen.in(0, FILE_IN - 1);
    if (ours.isClosed(end) || ours.pipe(end).isBroken()) {
      return; // what nobody can read is gone from ours at once
    }
    long bytes =
        gen.pick(
            0L,
            1L,
            (long) PAGE,
            PAGE + 1L,
            gen.in(0L, 40L * PAGE),
            16L * PAGE,
            1L << 31,
            (1L << 31) + 1,
            0xffff_ffffL);
    long result = both("resize(%d, %d)".formatted(end, bytes), world -> world.resize(end, bytes));
    meet(Row.RESIZE_BUSY, result == -Errno.EBUSY);
    meet(Row.RESIZE_FORBIDDEN, result == -Errno.EPERM);
    meet(Row.RESIZE_TOO_LARGE, result == -Errno.EINVAL);
  }

  private void mode() {
    int end = gen.in(0, FILE_IN - 1);
    if (!ours.isClosed(end)) {
      int packets = World.isSource(end) && gen.oneIn(3) ? Open.O_DIRECT : 0;
      int flags = (gen.bool() ? Open.O_NONBLOCK : 0) | packets;
      note("mode(%d, 0x%x)".formatted(end, flags));
      kernel.mode(end, flags);
      ours.mode(end, flags);
    }
  }

  private void closeOne() {
    int end = gen.in(0, FILE_IN - 1);
    if (gen.oneIn(2)) {
      note("close(" + end + ")");
      kernel.close(end);
      ours.close(end);
    }
  }

  private void reopen() throws IOException {
    int pipe = gen.in(0, PIPES - 1);
    if (ours.isClosed(pipe) || ours.isClosed(pipe + PIPES) || gen.oneIn(10)) {
      open(pipe);
    }
  }

  private void open(int pipe) throws IOException {
    int slots = gen.pick(1, 2, 4, 16, 16);
    note("open(" + pipe + ", " + slots + " slots)");
    kernel.open(pipe, slots);
    ours.open(pipe, slots);
  }
}
