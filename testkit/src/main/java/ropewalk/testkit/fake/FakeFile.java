package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import ropewalk.testkit.Gen;

/// A file or a directory: live pages, and beneath them what the disk has.
///
/// ```
///   pages    0 [live] 1 [live] 2 [live]     shared with pipes and sockets by reference
///                |        |
///              clean    dirty               sync copies dirty pages down
///                v
///   disk     0 [....] 1 [....]              what a crash leaves, sector by sector: old or new
/// ```
///
/// A write changes a live page in place. A page that is truncated or punched away is only forgotten
/// here: who holds it keeps it.
final class FakeFile {
  private static final int PAGE = Description.PAGE;

  /// What a disk writes at once or not at all.
  private static final int SECTOR = 512;

  final long ino;
  final boolean directory;
  int links;
  int seals;

  /// How many hold it open for writing; a read lease needs none.
  int writers;

  /// The socket that this is the name of, or null.
  @Nullable FakeSocket socket;

  /// Bumped by each change, for time stamps.
  long version;

  private long size;
  private final TreeMap<Long, MemorySegment> pages = new TreeMap<>();
  private final TreeSet<Long> dirty = new TreeSet<>();
  private final Map<Long, byte[]> disk = new HashMap<>();
  private long diskSize;

  FakeFile(long ino, boolean directory) {
    this.ino = ino;
    this.directory = directory;
  }

  long size() {
    return size;
  }

  /// Pages that are not on the disk yet.
  int dirtyPages() {
    return dirty.size();
  }

  long pageCount() {
    return pages.keySet().stream().filter(this::isData).count();
  }

  private MemorySegment page(long index) {
    return pages.computeIfAbsent(index, it -> MemorySegment.ofArray(new byte[PAGE]));
  }

  /// The first byte from `offset` on that is data, or in a hole (the end counts as one); -1 if
  /// there is none before the end.
  long seek(long offset, boolean data) {
    for (long at = offset; at < size; at = (at / PAGE + 1) * PAGE) {
      if (isData(at / PAGE) == data) {
        return at;
      }
    }
    return data || offset >= size ? -1 : size;
  }

  /// A page that was only read is live and still a hole.
  private boolean isData(long index) {
    return pages.containsKey(index) && (dirty.contains(index) || disk.containsKey(index));
  }

  /// Lends the bytes from `position` on, page by page, none beyond the end.
  List<MemorySegment> runs(long position, long max) {
    List<MemorySegment> runs = new ArrayList<>();
    long end = Math.min(size, position + Math.min(max, Long.MAX_VALUE - position));
    for (long at = position; at < end; ) {
      int offset = (int) (at % PAGE);
      long length = Math.min(PAGE - offset, end - at);
      runs.add(page(at / PAGE).asSlice(offset, length));
      at += length;
    }
    return runs;
  }

  /// Copies `source` into the live pages.
  void write(long position, MemorySegment source) {
    long at = position;
    for (long done = 0; done < source.byteSize(); ) {
      int offset = (int) (at % PAGE);
      long length = Math.min(PAGE - offset, source.byteSize() - done);
      page(at / PAGE).asSlice(offset, length).copyFrom(source.asSlice(done, length));
      dirty.add(at / PAGE);
      done += length;
      at += length;
    }
    size = Math.max(size, at);
    version++;
  }

  /// Sets the size: what is cut off is forgotten, the rest of the last page becomes zero.
  void truncate(long newSize) {
    if (newSize < size) {
      forget((newSize + PAGE - 1) / PAGE, Long.MAX_VALUE);
      zero(newSize, Math.min(size, (newSize + PAGE - 1) / PAGE * PAGE));
    }
    size = newSize;
    version++;
  }

  /// Makes a hole: whole pages are forgotten, parts of pages become zero. The size stays.
  void punch(long from, long length) {
    long end = Math.min(from + length, (size + PAGE - 1) / PAGE * PAGE);
    long firstWhole = (from + PAGE - 1) / PAGE;
    long lastWhole = end / PAGE;
    if (firstWhole > lastWhole) {
      zero(from, end);
    } else {
      zero(from, firstWhole * PAGE);
      forget(firstWhole, lastWhole);
      zero(lastWhole * PAGE, end);
    }
    version++;
  }

  private void zero(long from, long end) {
    for (long at = from; at < end; ) {
      int offset = (int) (at % PAGE);
      long length = Math.min(PAGE - offset, end - at);
      MemorySegment page = pages.get(at / PAGE);
      if (page != null) {
        page.asSlice(offset, length).fill((byte) 0);
        dirty.add(at / PAGE);
      }
      at += length;
    }
  }

  private void forget(long first, long end) {
    List<Long> gone = new ArrayList<>(pages.subMap(first, end).keySet());
    disk.keySet().stream().filter(index -> index >= first && index < end).forEach(gone::add);
    gone.forEach(pages::remove);
    dirty.addAll(gone);
  }

  /// All that was written is on the disk now.
  void sync() {
    for (long index : dirty) {
      MemorySegment page = pages.get(index);
      if (page == null) {
        disk.remove(index);
      } else {
        disk.put(index, page.toArray(ValueLayout.JAVA_BYTE));
      }
    }
    dirty.clear();
    diskSize = size;
  }

  /// Some of what is dirty reaches the disk, a sector here and there, as when the kernel writes
  /// back by itself; it stays dirty.
  void trickle(Gen gen) {
    disk.putAll(kept(gen));
    if (gen.bool()) {
      diskSize = size;
    }
  }

  /// A sync fails: some sectors reach the disk, and nobody tries the others again, because the
  /// pages count as clean from now on. That is what Linux does.
  void failSync(Gen gen) {
    trickle(gen);
    dirty.clear();
  }

  /// What a crash now would leave: a part of the file, or all.
  byte[] left(Gen gen) {
    Map<Long, byte[]> all = new HashMap<>(disk);
    all.putAll(kept(gen));
    byte[] bytes = new byte[Math.toIntExact(gen.bool() ? size : diskSize)];
    all.forEach(
        (index, page) -> {
          int at = Math.toIntExact(index * PAGE);
          if (at < bytes.length) {
            System.arraycopy(page, 0, bytes, at, Math.min(PAGE, bytes.length - at));
          }
        });
    return bytes;
  }

  /// Dirty pages as the disk may have them: of each sector the old bytes or the new.
  private Map<Long, byte[]> kept(Gen gen) {
    Map<Long, byte[]> all = new HashMap<>();
    for (long index : dirty) {
      byte[] kept = disk.getOrDefault(index, new byte[PAGE]).clone();
      MemorySegment live = pages.get(index);
      for (int sector = 0; sector < PAGE; sector += SECTOR) {
        if (gen.bool()) {
          MemorySegment target = MemorySegment.ofArray(kept).asSlice(sector, SECTOR);
          if (live == null) {
            target.fill((byte) 0);
          } else {
            target.copyFrom(live.asSlice(sector, SECTOR));
          }
        }
      }
      all.put(index, kept);
    }
    return all;
  }

  /// The power went: of each sector that was not synced the disk has the old bytes or the new, and
  /// so of the size.
  void crash(Gen gen) {
    disk.putAll(kept(gen));
    if (gen.bool()) {
      diskSize = size;
    }
    dirty.clear();
    pages.clear();
    size = diskSize;
    long end = (size + PAGE - 1) / PAGE;
    disk.keySet().removeIf(index -> index >= end);
    disk.forEach((index, bytes) -> pages.put(index, MemorySegment.ofArray(bytes.clone())));
    zero(size, end * PAGE);
    dirty.clear();
    writers = 0;
  }
}
