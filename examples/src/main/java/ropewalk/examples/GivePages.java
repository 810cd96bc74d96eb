package ropewalk.examples;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import ropewalk.Ropewalk;
import ropewalk.cache.Writing;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Moved;

/// Makes a file without copying a byte of it: a producer fills pages and gives them away, and the
/// file takes the pages themselves over. `GivePages numbers.bin 1000`
public final class GivePages {
  /// What a file takes over at once, at least.
  private static final int PAGE = 64 << 10;

  private static final int SLOTS = 16;

  private GivePages() {}

  /// Prints what it cost: `copiedUser=0, copiedKernel=0`.
  public static void main(String[] args) throws IOException {
    System.out.println(write(Path.of(args[0]), Integer.parseInt(args[1])));
  }

  /// Writes `pages` pages of 64 KiB to `path`, each full of its own number.
  public static Moved write(Path path, int pages) throws IOException {
    try (var walk = Ropewalk.open();
        var file = walk.file(path, Writing.BACK, READ, WRITE, CREATE, TRUNCATE_EXISTING);
        var pipe = walk.pipe(SLOTS)) {
      Thread.ofVirtual().start(() -> produce(walk, pipe, pages));
      return walk.move(walk.source(pipe), file);
    }
  }

  private static void produce(Ropewalk walk, Pipe pipe, int pages) {
    try {
      for (int i = 0; i < pages; i++) {
        PageRef page = walk.pool().take(PAGE, FolioClass.GIFT);
        for (int at = 0; at < PAGE; at += Integer.BYTES) {
          page.target().set(ValueLayout.JAVA_INT, at, i);
        }
        page.publish(PAGE);
        pipe.push(page); // the pipe's from here on
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      pipe.closeSource();
    }
  }
}
