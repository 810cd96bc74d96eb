package ropewalk.app.demo;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import ropewalk.Ropewalk;
import ropewalk.cache.Biography;
import ropewalk.file.CachedFile;
import ropewalk.iov.Tally;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveOptions;

/// A small file is read, lent, given, overwritten and dropped, in an order in which all that can
/// happen to a page does happen, and its pages' lives are recorded.
///
/// ```
///   a pipe holds all ─┐       ┌─ the pipe is drained ─┐
///   a peer is sent 2 runs ──┐ │                       │  the cache drops all; what is
///   a writer overwrites 3 ──┴─┴─ writes one in place ─┴─ still on loan lives on ── back
/// ```
///
/// The pauses are there for the picture; the times between them are this machine's.
public final class LifeDemo {
  private static final int RUNS = 4;
  private static final int SLOTS = 64;
  private static final long PAUSE_MILLIS = 12;

  private final Ropewalk walk;
  private final CachedFile file;

  private LifeDemo(Ropewalk walk, CachedFile file) {
    this.walk = walk;
    this.file = file;
  }

  /// What was recorded.
  ///
  /// @param entries in order
  /// @param nanos when the recording ended
  public record Told(List<Biography.Entry> entries, long nanos) {
    /// Keeps a copy of `entries`.
    public Told {
      entries = List.copyOf(entries);
    }
  }

  /// Plays it.
  ///
  /// @param walk lent; its cache is emptied
  /// @param folder where a file of 256 KiB and a socket may be made; none is left
  public static Told run(Ropewalk walk, Path folder) throws IOException, InterruptedException {
    Path place = Files.createTempDirectory(folder, "life");
    Path path = place.resolve("file");
    Files.write(path, new byte[RUNS * Biography.runBytes()]);
    try (CachedFile file = walk.file(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Listener door = walk.listen("unix:" + place.resolve("peer"))) {
      LifeDemo demo = new LifeDemo(walk, file);
      demo.play("unix:" + place.resolve("peer"), door); // a rehearsal: first times take longer
      try (Biography life = file.record()) {
        demo.play("unix:" + place.resolve("peer"), door);
        return new Told(life.entries(), life.nanos());
      }
    } finally {
      Files.deleteIfExists(place.resolve("peer"));
      Files.delete(path);
      Files.delete(place);
    }
  }

  private void play(String address, Listener door) throws IOException, InterruptedException {
    long run = Biography.runBytes();
    try (Pipe pipe = walk.pipe(SLOTS);
        Pipe late = walk.pipe(SLOTS);
        Socket near = walk.connect(address);
        Socket far = door.accept()) {
      as("pipe", () -> lend(0, RUNS * run, pipe));
      as("peer", () -> send(2 * run, near));
      as("writer", () -> write(0, 100));
      as("writer", () -> write(run + 5000, 100));
      as("writer", () -> write(2 * run, (int) run));
      as("pipe", () -> drain(pipe));
      as("writer", () -> write(3 * run, 100)); // nobody holds it: in place
      as("peer", () -> receive(far, (int) (2 * run)));
      as("reader", () -> lend(0, 2 * run, late));
      as("writer", () -> write(0, (int) run));
      as("cache", () -> walk.cache().drop());
      as("reader", () -> drain(late));
    }
  }

  /// One step of the play.
  private interface Step {
    void play() throws IOException;
  }

  /// Plays `step` under a name that the picture shows, and pauses.
  private static void as(String name, Step step) throws IOException, InterruptedException {
    Thread self = Thread.currentThread();
    String before = self.getName();
    self.setName(name);
    try {
      step.play();
    } finally {
      self.setName(before);
    }
    Thread.sleep(PAUSE_MILLIS);
  }

  private void lend(long offset, long length, Pipe pipe) throws IOException {
    long _ = file.from(offset, length).fill(pipe, length, new Tally());
  }

  private void send(long length, Socket socket) throws IOException {
    var _ =
        walk.move(file.from(0, length), socket, MoveOptions.DEFAULT.withLimit(length).withMore());
  }

  private static void receive(Socket socket, int length) throws IOException {
    ByteBuffer all = ByteBuffer.allocateDirect(length);
    while (all.hasRemaining() && socket.channel(new Tally()).read(all) >= 0) {
      // More of it.
    }
  }

  private void write(long offset, int length) throws IOException {
    long _ = file.write(MemorySegment.ofArray(new byte[length]), offset);
  }

  private static void drain(Pipe pipe) {
    for (PageRef page = pipe.poll(); page != null; page = pipe.poll()) {
      page.close();
    }
  }
}
