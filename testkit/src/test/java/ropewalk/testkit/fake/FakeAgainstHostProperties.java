package ropewalk.testkit.fake;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.FileFlags;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Poll;
import ropewalk.linux.Sockets;
import ropewalk.testkit.Gen;
import ropewalk.testkit.TempFiles;

/// The same random program on the fake kernel and on the host: every answer and every byte has to
/// be the same, down to which live page shows a later write.
class FakeAgainstHostProperties {
  private static final int STEPS = 120;
  private static final int FILE_MAX = 40 * 4096;

  /// The file that pipes are emptied into. No pipe ever holds its pages: a file spliced over itself
  /// is a memcpy whose ends overlap, and no two kernels need agree on that.
  private static final int TARGET = 2;

  /// Sends after which a host's buffer accounting could differ from a count of bytes.
  private static final int SENDS_MAX = 12;

  @Test
  void samePrograms() {
    Gen.check(60, gen -> program(gen, new FakeKernel(gen.seed())));
  }

  @Test
  void aKernelWhoseSpliceCopiesIsToldApart() {
    assertThatThrownBy(
            () -> Gen.check(60, gen -> program(gen, new FakeKernel(gen.seed()).spliceCopies())))
        .hasMessageContaining("differs after");
  }

  private static void program(Gen gen, FakeKernel kernel) throws Exception {
    try (TempFiles files = new TempFiles();
        Side host = new Side(HostSyscalls.host(), files.folder().toString());
        Side fake = new Side(kernel.directory("/t").calls(), "/t")) {
      Twins twins = new Twins(host, fake);
      for (int i = 0; i < STEPS; i++) {
        step(gen, twins);
      }
      drain(twins);
      for (int file = 0; file <= TARGET; file++) {
        int which = file;
        twins.both("end of " + file, side -> side.size(side.file(which)));
        twins.received(
            "all of " + file, side -> side.calls.pread(side.file(which), side.to(), Side.HALF, 0));
      }
    }
  }

  private static void step(Gen gen, Twins twins) {
    int file = gen.in(0, 1);
    int other = gen.in(0, TARGET);
    int pipe = gen.in(0, 1);
    long length = gen.pick(1L, 100L, 4095L, 4096L, 4097L, 9000L, gen.in(1L, 20 * 4096L));
    long offset = gen.edgy(0, FILE_MAX - 20 * 4096);
    long from = gen.in(0, 8191);
    boolean own = gen.bool();
    switch (gen.in(0, 21)) {
      case 0, 1 ->
          twins.both(
              "pwrite " + file + " " + length + " at " + offset,
              s -> s.calls.pwrite(s.file(file), s.from() + from, length, offset));
      case 2 ->
          twins.received(
              "pread " + file + " " + length + " at " + offset,
              s -> s.calls.pread(s.file(file), s.to(), length, offset));
      case 3 ->
          twins.received(
              "read " + file + " " + length, s -> s.calls.read(s.file(file), s.to(), length));
      case 4 ->
          twins.both(
              "lseek " + file + " " + offset,
              s -> s.calls.lseek(s.file(file), offset, FileFlags.SEEK_SET));
      case 5 -> {
        drain(twins); // a host's large folios are zeroed beyond the page that is cut
        twins.both(
            "ftruncate " + file + " " + offset, s -> s.calls.ftruncate(s.file(file), offset));
      }
      case 6 -> {
        drain(twins);
        int mode = FileFlags.FALLOC_FL_PUNCH_HOLE | FileFlags.FALLOC_FL_KEEP_SIZE;
        twins.both(
            "punch " + file + " " + offset + " " + length,
            s -> s.calls.fallocate(s.file(file), mode, offset, length));
      }
      case 7 -> {
        long to = gen.edgy(0, FILE_MAX / 2);
        twins.both(
            "copy_file_range " + file + "@" + offset + " " + other + "@" + to + " " + length,
            s -> s.calls.copyFileRange(s.file(file), offset, s.file(other), own ? -1 : to, length));
      }
      case 8, 9, 10 ->
          twins.both(
              "splice file " + file + " to pipe " + pipe + " " + length + " at " + offset,
              s -> s.calls.splice(s.file(file), own ? -1 : offset, s.target(pipe), -1, length, 0));
      case 11 ->
          twins.both(
              "splice pipe " + pipe + " to file c " + length + " at " + offset,
              s -> s.calls.splice(s.source(pipe), -1, s.file(TARGET), offset, length, 0));
      case 12 ->
          twins.both(
              "splice pipe " + pipe + " to the other " + length,
              s -> s.calls.splice(s.source(pipe), -1, s.target(1 - pipe), -1, length, 0));
      case 13 ->
          twins.both(
              "tee pipe " + pipe + " " + length,
              s -> s.calls.tee(s.source(pipe), s.target(1 - pipe), length, 0));
      case 14, 15 ->
          twins.both(
              "write pipe " + pipe + " " + length,
              s -> s.calls.write(s.target(pipe), s.from() + from, length));
      case 16, 17 ->
          twins.received(
              "read pipe " + pipe + " " + length,
              s -> s.calls.read(s.source(pipe), s.to(), length));
      case 18 -> {
        if (twins.maySend()) {
          twins.both(
              "sendfile " + file + " " + length + " at " + offset,
              s -> s.calls.sendfile(s.near, s.file(file), offset, length));
        } else {
          drain(twins);
        }
      }
      case 19 -> {
        if (twins.maySend()) {
          twins.both(
              "splice pipe " + pipe + " to socket " + length,
              s -> s.calls.splice(s.source(pipe), -1, s.near, -1, length, 0));
        }
        twins.received(
            "recv " + length, s -> s.calls.recv(s.far, s.to(), length, Sockets.MSG_DONTWAIT));
      }
      case 20 -> {
        int pages = gen.in(1, 32);
        twins.both(
            "F_SETPIPE_SZ " + pipe + " " + pages,
            s -> s.calls.fcntl(s.target(pipe), Fcntl.F_SETPIPE_SZ, pages * 4096L));
        if (gen.oneIn(6)) {
          twins.both("reopen " + pipe, s -> s.reopen(pipe));
        }
      }
      default -> {
        twins.both(
            "poll source " + pipe, s -> s.conditions(s.source(pipe), Poll.POLLIN | Poll.POLLOUT));
        twins.both(
            "poll target " + pipe, s -> s.conditions(s.target(pipe), Poll.POLLIN | Poll.POLLOUT));
      }
    }
  }

  private static void drain(Twins twins) {
    for (int pipe = 0; pipe < 2; pipe++) {
      int which = pipe;
      twins.received("drain pipe " + pipe, s -> s.calls.read(s.source(which), s.to(), Side.HALF));
    }
    twins.received(
        "drain socket", s -> s.calls.recv(s.far, s.to(), Side.HALF, Sockets.MSG_DONTWAIT));
    twins.sends = 0;
  }

  /// Both kernels, and what was done so far.
  private static final class Twins {
    private final Side host;
    private final Side fake;
    private final List<String> story = new ArrayList<>();
    private int sends;

    Twins(Side host, Side fake) {
      this.host = host;
      this.fake = fake;
    }

    boolean maySend() {
      return ++sends <= SENDS_MAX / 6;
    }

    long both(String what, ToLongFunction<Side> call) {
      long expected = call.applyAsLong(host);
      long actual = call.applyAsLong(fake);
      story.add(what + " = " + name(expected));
      if (actual != expected) {
        throw new AssertionError("fake answers " + name(actual) + " after\n  " + tail());
      }
      return expected;
    }

    void received(String what, ToLongFunction<Side> call) {
      long count = both(what, call);
      if (count > 0) {
        long wrong = host.received().asSlice(0, count).mismatch(fake.received().asSlice(0, count));
        if (wrong >= 0) {
          throw new AssertionError("byte " + wrong + " differs after\n  " + tail());
        }
      }
    }

    private static String name(long answer) {
      return answer < 0 ? Errno.name(answer) : Long.toString(answer);
    }

    private String tail() {
      return String.join("\n  ", story.subList(Math.max(0, story.size() - 40), story.size()));
    }
  }
}
