package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.concurrent.CompletionException;
import ropewalk.engine.Engine;
import ropewalk.iov.Direction;
import ropewalk.testkit.Gen;

/// Steps in which several reads or writes of one file are under way at a time. No two touch the
/// same byte, but any may touch the same block, so that there is one right result.
abstract class DirectTogether extends DirectModel {
  /// See [DirectModel].
  DirectTogether(
      Gen gen, FileRoom room, Path path, MemorySegment workbench, EnumMap<Act, Long> acts)
      throws IOException {
    super(gen, room, path, workbench, acts);
  }

  void readTogether() throws IOException {
    List<ShapedMemory> memories = new ArrayList<>();
    List<DirectTask> tasks = new ArrayList<>();
    List<Integer> offsets = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    note(Act.READ_TOGETHER, "reads together");
    try {
      for (int i = gen.in(2, 5); i > 0; i--) {
        int at = offset();
        int length = Math.min(length(at), 40_000);
        ShapedMemory.Form form = gen.pick(ShapedMemory.Form.HEAP, ShapedMemory.Form.BVEC);
        ShapedMemory memory = ShapedMemory.target(gen, room.pool, workbench, length, form);
        memories.add(memory);
        offsets.add(at);
        lengths.add(length);
        tasks.add(file.readAsync(memory.iter(), at));
      }
    } finally {
      for (int i = 0; i < tasks.size(); i++) {
        DirectTask task = tasks.get(i);
        ShapedMemory memory = memories.get(i);
        expectRead(memory, offsets.get(i), lengths.get(i), () -> joined(task));
        memory.close();
      }
    }
  }

  private static long joined(DirectTask task) throws IOException {
    try {
      return task.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /// One range cut anywhere, also in the middle of a block, and the parts written at once.
  void writeTogether() throws IOException {
    int at = offset();
    byte[] bytes = fresh(length(at));
    List<Integer> cuts = gen.cuts(bytes.length, gen.in(2, 5));
    note(Act.WRITE_TOGETHER, "writes together(%s @%d)".formatted(cuts, at));
    List<ShapedMemory> memories = new ArrayList<>();
    List<DirectTask> tasks = new ArrayList<>();
    int from = 0;
    for (int part : cuts) {
      byte[] mine = Arrays.copyOfRange(bytes, from, from + part);
      ShapedMemory.Form form = gen.pick(ShapedMemory.Form.HEAP, ShapedMemory.Form.BVEC);
      ShapedMemory memory = ShapedMemory.source(gen, room.pool, workbench, mine, form);
      memories.add(memory);
      tasks.add(file.writeAsync(memory.iter(), at + from));
      from += part;
    }
    from = 0;
    for (int i = 0; i < tasks.size(); i++) {
      DirectTask task = tasks.get(i);
      int part = cuts.get(i);
      long n = answer(() -> joined(task), at + from, part);
      wrote(at + from, Arrays.copyOfRange(bytes, from, from + part), n);
      memories.get(i).close();
      from += part;
    }
  }

  /// One range cut anywhere, its parts read or written by a lane, several at a time.
  void lane() throws IOException {
    if (Thread.currentThread().isVirtual() || isRefusing) {
      return; // a lane belongs to a platform thread
    }
    int at = offset();
    byte[] bytes = fresh(length(at));
    List<Integer> cuts = gen.cuts(bytes.length, gen.in(2, 8));
    note(Act.LANE, "lane(%s @%d)".formatted(cuts, at));
    ShapedMemory[] memories = new ShapedMemory[cuts.size()];
    int[] starts = new int[cuts.size()];
    int[] tags = new int[gen.in(1, 4)];
    try (DirectIo io = file.io(tags.length)) {
      int begun = 0;
      int ended = 0;
      int from = 0;
      byte[] before = part(at, bytes.length); // a part may end before others have moved the end
      while (ended < memories.length) {
        while (begun < memories.length && io.inFlight() < tags.length) {
          int part = cuts.get(begun);
          int tag = free(tags);
          tags[tag] = begun + 1;
          starts[begun] = from;
          boolean reads = from + part <= before.length && gen.bool();
          byte[] mine = Arrays.copyOfRange(bytes, from, from + part);
          ShapedMemory.Form form = gen.pick(ShapedMemory.Form.HEAP, ShapedMemory.Form.BVEC);
          memories[begun] =
              reads
                  ? ShapedMemory.target(gen, room.pool, workbench, part, form)
                  : ShapedMemory.source(gen, room.pool, workbench, mine, form);
          if (reads) {
            io.read(tag, memories[begun].iter(), at + (long) from);
          } else {
            io.write(tag, memories[begun].iter(), at + (long) from);
          }
          begun++;
          from += part;
        }
        int _ = io.await(1, Engine.FOREVER);
        while (io.next()) {
          int i = tags[io.tag()] - 1;
          tags[io.tag()] = 0;
          ended++;
          int start = starts[i];
          int part = cuts.get(i);
          assertThat(io.failure()).isNull();
          assertThat(io.result()).isEqualTo(part);
          if (memories[i].iter().direction() == Direction.TARGET) {
            compare(
                memories[i].got(part), Arrays.copyOfRange(before, start, start + part), at + start);
          } else {
            wrote(at + start, Arrays.copyOfRange(bytes, start, start + part), part);
          }
          memories[i].close();
        }
      }
    }
  }

  private static int free(int[] tags) {
    int tag = 0;
    while (tags[tag] != 0) {
      tag++;
    }
    return tag;
  }
}
