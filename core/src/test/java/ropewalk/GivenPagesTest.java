package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.file.CachedFile;
import ropewalk.iov.Tally;
import ropewalk.linux.Memory;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.testkit.Pattern;

/// Pages that were given to the kernel stay what they are: rule 6, and in small.
class GivenPagesTest {
  private static final int SIZE = 128 << 10;

  /// Gives what nobody has come back for yet, too.
  private static final MoveOptions GIVE = MoveOptions.DEFAULT.withRoute("give");

  @TempDir Path directory;

  private static Ropewalk open() throws Exception {
    Ropewalk walk =
        Ropewalk.builder().cacheBytes(4 << 20).plan(PoolPlan.of(4 << 20, 6 << 20)).open();
    if (!walk.pool().mayGive()) {
      walk.close();
      assumeTrue(false, "this kernel does not keep given pages");
    }
    return walk;
  }

  private Path patterned() throws Exception {
    return Files.write(directory.resolve("file"), Pattern.bytes(0, SIZE));
  }

  private static byte[] receive(Socket peer, int size) throws Exception {
    ByteBuffer all = ByteBuffer.allocate(size);
    try (var channel = peer.channel(new Tally())) {
      while (all.hasRemaining() && channel.read(all) >= 0) {
        // until all is there
      }
    }
    return all.array();
  }

  @Test
  void whatWasHandedOverIsOldWhateverIsWrittenAfter() throws Exception {
    try (Ropewalk walk = open();
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        CachedFile file =
            walk.file(patterned(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Moved moved = walk.move(file.from(0, SIZE), sender, GIVE);
      assertThat(moved.route()).isEqualTo("lend+give");
      assertThat(moved.copiedKernel()).isEqualTo(SIZE); // once, by the read into the cache
      assertThat(moved.ticket().isStable()).isTrue();

      file.write(ByteBuffer.wrap(Pattern.bytes(Pattern.version(1), SIZE)), 0);

      byte[] received = receive(receiver, (int) moved.accepted());
      Pattern.verify(received, 0);
      Pattern.verify(Files.readAllBytes(directory.resolve("file")), Pattern.version(1));
    }
  }

  /// To give a page costs its memory at its end, so the first use is copied: it may be the last.
  /// Who comes back for it is given it, whichever connection that is.
  @Test
  void theFirstUseIsCopiedAndTheSecondGiven() throws Exception {
    try (Ropewalk walk = open();
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        CachedFile file = walk.file(patterned())) {
      String[] ways = {"lend+gather", "lend+give", "lend+give"};
      for (int use = 0; use < ways.length; use++) {
        try (Socket sender = walk.connect(listener.address().toString());
            Socket receiver = listener.accept()) {
          Moved moved = walk.move(file.from(0, SIZE), sender);
          assertThat(moved.route()).as("use %d", use).isEqualTo(ways[use]);
          assertThat(moved.ticket().isGiven()).isEqualTo(use > 0);
          Pattern.verify(receive(receiver, SIZE), 0);
        }
      }
    }
  }

  @Test
  void whatWasHandedOverIsOldEvenAfterItsMemoryHasNewTenants() throws Exception {
    try (Ropewalk walk = open();
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept()) {
      long accepted;
      try (CachedFile file = walk.file(patterned())) {
        Moved moved = walk.move(file.from(0, SIZE), sender, GIVE);
        assertThat(moved.ticket().isGiven()).isTrue();
        accepted = moved.accepted();
      }
      walk.cache().drop();
      PageRef[] tenants = new PageRef[3];
      for (int i = 0; i < tenants.length; i++) {
        tenants[i] = walk.pool().take(2 << 20, FolioClass.GIFT);
        tenants[i].target().fill((byte) 0x55);
      }
      Pattern.verify(receive(receiver, (int) accepted), 0);
      for (PageRef tenant : tenants) {
        tenant.close();
      }
    }
  }

  /// The same without the rules: a page that is given and then written in place arrives changed.
  /// This is what the two tests above would see if versions were off.
  @Test
  void withoutVersionsTheReceiverWouldReadTheNewBytes() throws Exception {
    try (Ropewalk walk = open();
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        Pipe pipe = walk.pipe(16)) {
      PageRef page = walk.pool().take(64 << 10, FolioClass.GIFT);
      Pattern.fill(page.target(), 0);
      page.publish(64 << 10);
      pipe.push(page.lend(0, 64 << 10));
      Tally tally = new Tally();
      long accepted = sender.give(pipe, 64 << 10, false, tally);
      assertThat(tally.given()).isEqualTo(accepted);

      MemorySegment behindOurBack = Memory.segment(page.address(), page.length());
      Pattern.fill(behindOurBack, Pattern.version(1));

      byte[] received = receive(receiver, (int) accepted);
      assertThat(Pattern.mismatch(MemorySegment.ofArray(received), 0)).isNotNegative();
      page.close();
    }
  }
}
