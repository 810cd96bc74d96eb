package ropewalk.strict;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.file.CachedFile;
import ropewalk.file.PlainFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.Source;
import ropewalk.testkit.Gen;

/// Splices out of one cached file into everything that holds pages, while others overwrite it, make
/// holes in it, truncate it and let it grow again. Whatever arrives, however late, must be a
/// version that was current while its splice ran (seed 3's definition, word for word).
///
/// ```
///   writers, truncater ──► CachedFile ──┬── pipes, held for a while ───────────► judge
///                                       ├── socket ── a reader that is slow ──► judge
///                                       └── tee ── socket and held pipe ──────► judge, both
/// ```
final class Torture implements AutoCloseable {
  private static final int PAGES = 512;

  /// Pages that a truncate takes away and brings back: the last ones.
  private static final int TAIL = 128;

  private static final int MOVE_MAX = 32;
  private static final int HELD_MAX = 24;
  private static final int LONG_HELD = 16;

  /// How the bytes go.
  ///
  /// @param scheme `pipe`, `hold`, `tcp`, `unix`, `tee`, `relay`, a `tcp://` address where a
  ///   [FarReader] listens, or `relay+` and such an address: AF_UNIX and a relay on the way there
  /// @param route by name; null for the one that is taken by itself
  record Way(String scheme, @Nullable String route, boolean isRelaxed) {}

  private final Ropewalk walk;
  private final CachedFile file;
  private final PlainFile plain;
  private final Path folder;
  private final long endNanos;
  private final PageVersions versions = new PageVersions(PAGES);
  final Handover.Tallied tallied = new Handover.Tallied();

  /// On a new file in `folder`, for so long.
  Torture(Ropewalk walk, Writing writing, Path folder, long nanos) throws IOException {
    this.walk = walk;
    this.folder = folder;
    this.file =
        walk.file(
            folder.resolve("tortured"),
            writing,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE);
    this.plain = walk.plainFile(folder.resolve("tortured"));
    this.endNanos = System.nanoTime() + nanos;
    for (int page = 0; page < PAGES; page++) {
      overwrite(page, 1);
    }
  }

  private boolean isOver() {
    return System.nanoTime() - endNanos > 0;
  }

  /// Runs `ways`, each on threads of its own, beside two writers and a truncater, to the end.
  void run(List<Way> ways, int seed) throws Exception {
    List<FutureTask<?>> all = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Gen gen = Gen.seeded(seed + i);
      all.add(startBusy(() -> write(gen)));
    }
    all.add(start(() -> truncate(Gen.seeded(seed + 10))));
    if (file.writing() == Writing.BACK) {
      all.add(start(() -> flush(Gen.seeded(seed + 20))));
    }
    for (int i = 0; i < ways.size(); i++) {
      Way way = ways.get(i);
      Gen gen = Gen.seeded(seed + 100 + i);
      boolean isBusy = way.scheme().equals("pipe");
      all.add(isBusy ? startBusy(() -> work(way, gen)) : start(() -> work(way, gen)));
    }
    for (FutureTask<?> one : all) {
      try {
        one.get();
      } catch (ExecutionException e) {
        throw new AssertionError("a thread of the torture failed", e.getCause());
      }
    }
  }

  private Void work(Way way, Gen gen) throws Exception {
    return switch (way.scheme()) {
      case "pipe" -> holdPipes(gen);
      case "hold" -> holdLong(gen);
      default -> send(way, gen);
    };
  }

  /// On a platform thread, for work that hardly ever waits: virtual ones share two carriers, and
  /// nobody else would get a turn.
  private static FutureTask<?> startBusy(Callable<?> work) {
    FutureTask<?> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private static FutureTask<?> start(Callable<?> work) {
    FutureTask<?> task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task;
  }

  // ---- those who write

  private Void write(Gen gen) throws IOException {
    while (!isOver()) {
      int count = gen.in(1, gen.oneIn(8) ? 40 : 4);
      int first = gen.in(0, PAGES - count);
      if (gen.oneIn(12)) {
        punch(first, count);
      } else {
        overwrite(first, count);
      }
    }
    return null;
  }

  private void overwrite(int first, int count) throws IOException {
    versions.lock(first, count);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate((long) count * PageVersions.PAGE);
      for (int i = 0; i < count; i++) {
        long version = versions.begin(first + i, false);
        PageVersions.fill(
            bytes.asSlice((long) i * PageVersions.PAGE, PageVersions.PAGE), first + i, version);
      }
      long at = (long) first * PageVersions.PAGE;
      long written = file.write(bytes, at);
      if (written != bytes.byteSize()) {
        throw new IOException("wrote " + written + " of " + bytes.byteSize());
      }
      for (int i = 0; i < count; i++) {
        versions.end(first + i);
      }
    } finally {
      versions.unlock(first, count);
    }
  }

  /// Makes a hole: zeros.
  private void punch(int first, int count) throws IOException {
    versions.lock(first, count);
    try {
      for (int page = first; page < first + count; page++) {
        long _ = versions.begin(page, true);
      }
      file.punch(at(first), at(count));
      for (int page = first; page < first + count; page++) {
        versions.end(page);
      }
    } finally {
      versions.unlock(first, count);
    }
  }

  /// Cuts the tail off and lets the file grow again: the tail is zeros then.
  private Void truncate(Gen gen) throws Exception {
    while (!isOver()) {
      Thread.sleep(gen.in(1, 30));
      int first = PAGES - TAIL;
      versions.lock(first, TAIL);
      try {
        for (int page = first; page < PAGES; page++) {
          long _ = versions.begin(page, true);
        }
        file.truncate((long) first * PageVersions.PAGE);
        file.truncate((long) PAGES * PageVersions.PAGE);
        for (int page = first; page < PAGES; page++) {
          versions.end(page);
        }
      } finally {
        versions.unlock(first, TAIL);
      }
    }
    return null;
  }

  /// Has written back what is dirty, while it is lent and overwritten.
  private Void flush(Gen gen) throws Exception {
    while (!isOver()) {
      Thread.sleep(gen.in(1, 20));
      file.flush();
    }
    return null;
  }

  // ---- those who hold pages

  private record Held(Pipe pipe, Handover handover, int pages) {}

  private Void holdPipes(Gen gen) throws Exception {
    ArrayDeque<Held> held = new ArrayDeque<>();
    try {
      while (!isOver()) {
        held.add(splice(gen, Pipe.open(64)));
        while (held.size() > gen.in(1, HELD_MAX)) {
          judge(held.remove());
        }
      }
    } finally {
      for (Held each : held) {
        judge(each);
      }
    }
    return null;
  }

  /// A few pipes at a time, each for up to half of the whole run: for minutes in a long one.
  private Void holdLong(Gen gen) throws Exception {
    record Kept(Held held, long untilNanos) {}
    ArrayDeque<Kept> kept = new ArrayDeque<>();
    long half = (endNanos - System.nanoTime()) / 2;
    try {
      while (!isOver()) {
        long now = System.nanoTime();
        while (kept.size() < LONG_HELD) {
          kept.add(new Kept(splice(gen, Pipe.open(64)), now + gen.in(half / 2, half)));
        }
        for (int i = kept.size(); i > 0; i--) {
          Kept each = kept.remove();
          if (now - each.untilNanos > 0) {
            judge(each.held);
          } else {
            kept.add(each);
          }
        }
        Thread.sleep(gen.in(1, 50));
      }
    } finally {
      for (Kept each : kept) {
        judge(each.held);
      }
    }
    return null;
  }

  /// One splice of some pages into `pipe`.
  private Held splice(Gen gen, Pipe pipe) throws IOException {
    int count = gen.in(1, MOVE_MAX);
    int first = gen.in(0, PAGES - count);
    Handover handover = Handover.begin(versions, first, count);
    Moved moved = walk.move(file.from(at(first), at(count)), walk.sink(pipe), MoveOptions.DEFAULT);
    handover.end(versions);
    int pages = (int) (moved.accepted() / PageVersions.PAGE);
    note(moved, pages);
    return new Held(pipe, handover, pages);
  }

  private static long at(int page) {
    return (long) page * PageVersions.PAGE;
  }

  private void note(Moved moved, int pages) {
    tallied.ways.computeIfAbsent(moved.route(), way -> new LongAdder()).add(pages);
    if (moved.copiedUser() + moved.copiedKernel() == 0) {
      tallied.pagesUncopied.add(pages);
    }
  }

  /// Looks at all that is in a pipe; what a socket took in parts lies in it in parts.
  private void judge(Held held) throws IOException {
    try (Pipe pipe = held.pipe;
        Arena arena = Arena.ofConfined()) {
      pipe.closeSource();
      MemorySegment bytes = arena.allocate(PageVersions.PAGE, Long.BYTES);
      for (int page = 0; page < held.pages; page++) {
        IovIter target = IovIter.target(bytes);
        while (target.count() > 0) {
          if (pipe.read(target, Pipe.STREAM, Pipe.FOREVER, new Tally()) == 0) {
            throw new IOException(page + " pages came of " + held.pages + " accepted");
          }
        }
        long version = PageVersions.of(bytes, 0, held.handover.first() + page);
        tallied.judge(held.handover, page, version, "pipe");
      }
      if (pipe.bytes() != 0) {
        throw new IOException(pipe.bytes() + " bytes more than accepted");
      }
    }
  }

  // ---- those who send

  private Void send(Way way, Gen gen) throws Exception {
    try (Stream stream = new Stream(walk, folder, way, versions, tallied, gen.in(0, 1 << 30))) {
      ArrayDeque<Held> held = new ArrayDeque<>();
      while (!isOver()) {
        int count = gen.in(1, MOVE_MAX);
        int first = gen.in(0, PAGES - count);
        Pipe branch = way.scheme().equals("tee") ? Pipe.open(64) : null;
        Handover handover = Handover.begin(versions, first, count);
        Moved moved = stream.send(source(way, first, count), branch);
        handover.end(versions);
        int pages = (int) (moved.accepted() / PageVersions.PAGE);
        note(moved, pages);
        stream.expect(handover, pages);
        if (branch != null) {
          held.add(new Held(branch, handover, pages));
        }
        while (held.size() > HELD_MAX) {
          judge(held.remove());
        }
      }
      for (Held each : held) {
        judge(each);
      }
    }
    return null;
  }

  /// Relaxed means the kernel's own cache of the file: what is written goes through to it.
  private Source source(Way way, int first, int count) {
    return way.isRelaxed() ? plain.from(at(first), at(count)) : file.from(at(first), at(count));
  }

  @Override
  public void close() throws IOException {
    file.close();
    plain.close();
  }

  static Socket[] pair(Ropewalk walk, Path folder, String scheme) throws IOException {
    String name =
        scheme.equals("unix") || scheme.equals("tee") || scheme.equals("relay")
            ? "unix:" + folder.resolve("t" + System.nanoTime())
            : "tcp://127.0.0.1:0";
    try (Listener listener = walk.listen(name)) {
      Socket near = walk.connect(listener.address().toString());
      return new Socket[] {near, listener.accept()};
    }
  }
}
