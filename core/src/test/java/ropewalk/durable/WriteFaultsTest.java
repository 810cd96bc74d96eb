package ropewalk.durable;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.file.PlainFile;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.PoolPlan;
import ropewalk.splice.MoveException;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;

/// A fault at every call of a copy into a cached file, and of the flush, sync and close behind it,
/// in each mode of writing: who failed is told, once; what was accepted is in the file when a later
/// flush has succeeded; nothing leaks (the audit counts). Invariants 8 and 10.
class WriteFaultsTest {
  private static final int SIZE = 300_001;

  @TempDir Path directory;

  /// What was said of one run.
  private static final class Told {
    final List<String> failures = new ArrayList<>();
    long accepted = -1;
    boolean isFlushed;
  }

  private interface Call {
    void run() throws IOException;
  }

  /// The faults at which a write fails; the others only make it longer.
  @ParameterizedTest
  @EnumSource
  void whatFailsIsSaidAndWhatWasTakenIsThere(Writing writing) throws Exception {
    Path source = Files.write(directory.resolve("source"), Pattern.bytes(0, SIZE));
    for (Fault fault :
        List.of(Fault.SHORT, Fault.EINTR, Fault.EAGAIN, Fault.ENOSPC, Fault.EIO, Fault.EMFILE)) {
      FaultySyscalls.sweep(
          HostSyscalls.host(), fault, faulty -> run(faulty, fault, writing, source));
    }
  }

  private void run(FaultySyscalls faulty, Fault fault, Writing writing, Path source)
      throws Exception {
    Path target = Files.write(directory.resolve("target"), new byte[0]);
    Told told = new Told();
    try (Ropewalk walk = open(faulty);
        PlainFile from = walk.plainFile(source)) {
      CachedFile to = walk.file(target, writing, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        write(walk, from, to, told);
      } finally {
        attempt(told, to::close);
      }
    } catch (IOException e) {
      told.failures.add(e.toString()); // the house or its ends could not be opened
    }
    byte[] all = Files.readAllBytes(target);
    if (told.isFlushed) {
      assertThat(all.length)
          .as("bytes in the file: %s", told.failures)
          .isEqualTo((int) told.accepted);
    }
    Pattern.verify(all, 0);
    struck(faulty, fault, writing, told);
  }

  private static void write(Ropewalk walk, PlainFile from, CachedFile to, Told told) {
    try {
      told.accepted = walk.move(from, to).accepted();
    } catch (MoveException e) {
      told.accepted = e.soFar().accepted();
      assertThat(e.lost()).isZero();
      told.failures.add(e.toString());
    } catch (IOException e) {
      told.accepted = 0;
      told.failures.add(e.toString());
    }
    // There is one fault in each run: of two flushes one succeeds, and so does one of two syncs.
    boolean isFirst = attempt(told, to::flush);
    told.isFlushed = attempt(told, to::flush) || isFirst;
    assertThat(told.isFlushed).as("one of two flushes: %s", told.failures).isTrue();
    boolean isSynced = attempt(told, () -> to.sync(true));
    assertThat(attempt(told, () -> to.sync(false)) || isSynced).isTrue();
  }

  private static boolean attempt(Told told, Call call) {
    try {
      call.run();
      return true;
    } catch (IOException e) {
      told.failures.add(e.toString());
      return false;
    }
  }

  /// A fault that strikes a sync, or a write that nobody waits for, is told once. One that strikes
  /// a write that goes through is told, or has made a short write of which the rest was written
  /// after all. No other failure is made up.
  private static void struck(FaultySyscalls faulty, Fault fault, Writing writing, Told told) {
    if (fault == Fault.SHORT || fault == Fault.EINTR || fault == Fault.EAGAIN) {
      assertThat(told.failures).as("only delays").isEmpty();
      return;
    }
    List<String> struck =
        faulty.log().stream()
            .filter(line -> line.contains("done)"))
            .filter(line -> line.matches("(pwrite|fsync|fdatasync).*"))
            .toList();
    if (struck.isEmpty()) {
      return;
    }
    boolean mayBeShort = struck.getFirst().startsWith("pwrite") && writing != Writing.BACK;
    if (mayBeShort && told.accepted == SIZE) {
      assertThat(told.failures).as("%s", struck).isEmpty();
    } else {
      assertThat(told.failures).as("%s", struck).hasSize(1);
    }
  }

  private static Ropewalk open(FaultySyscalls faulty) throws IOException {
    return Ropewalk.builder()
        .syscalls(faulty.calls())
        .engine(Engine.Choice.EPOLL)
        .cacheBytes(1 << 20)
        .plan(PoolPlan.of(2 << 20, 4 << 20))
        .open();
  }
}
