package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Mapping;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Pattern;

/// A lane over an engine, memory for it and files, for the tests of lanes.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SAME_THREAD)
abstract class LaneRoom {
  static final Syscalls HOST = HostSyscalls.host();
  static final int BYTES = 1 << 20;
  static final int PAGE = 4096;
  static final int DEPTH = 16;

  @TempDir Path folder;
  Engine engine;
  Lane lane;
  Mapping memory;

  abstract Engine openEngine() throws IOException;

  @BeforeEach
  void open() throws IOException {
    engine = openEngine();
    lane = Lane.open(engine, DEPTH);
    memory = Mapping.anonymous(HOST, BYTES, 0);
  }

  @AfterEach
  void close() {
    if (lane != null) {
      lane.close();
    }
    if (engine != null) {
      engine.close();
    }
    if (memory != null) {
      memory.close();
    }
  }

  static long page(int number) {
    return (long) number * PAGE;
  }

  final long at(long offset) {
    return memory.address() + offset;
  }

  final MemorySegment bytes(long offset, long length) {
    return Memory.segment(at(offset), length);
  }

  final Fd file(String name, int flags) throws IOException {
    Path path = folder.resolve(name);
    if (!Files.exists(path)) {
      Files.write(path, Pattern.bytes(0, BYTES));
    }
    return Fd.of(
        HOST,
        HOST.openat2(Open.AT_FDCWD, path.toString(), flags | Open.O_CLOEXEC, 0, 0),
        name,
        "openat2");
  }

  /// Takes the next answer, of whatever tag.
  final void takeOne() throws IOException {
    lane.await(1, Engine.FOREVER);
    assertThat(lane.next()).isTrue();
  }
}
