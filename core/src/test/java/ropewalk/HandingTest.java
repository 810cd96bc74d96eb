package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.iov.IovIter;
import ropewalk.iov.ListIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Memory;
import ropewalk.net.Listener;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Header, pages and trailer over AF_UNIX in one call: pages on loan that somebody came back for
/// are given, the rest is copied, and the peer sees the same bytes.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandingTest {
  private static final int PAGE = 4096;

  @TempDir Path directory;

  private static Ropewalk open() throws Exception {
    Ropewalk walk = Ropewalk.builder().cacheBytes(0).plan(PoolPlan.of(8 << 20, 32 << 20)).open();
    if (!walk.pool().mayGive()) {
      walk.close();
      assumeTrue(false, "this kernel does not keep given pages");
    }
    return walk;
  }

  /// What a message is made of, and who owns it.
  private static final class Parts implements AutoCloseable {
    final Ropewalk walk;
    final List<PageRef> owned = new ArrayList<>();
    final List<PageRef> parts = new ArrayList<>();
    int bytes;

    Parts(Ropewalk walk) {
      this.walk = walk;
    }

    /// Appends `length` bytes of the message.
    PageRef add(FolioClass kind, int offset, int length, boolean reused) throws Exception {
      PageRef page = walk.pool().take(offset + length, kind);
      Pattern.fill(page.target().asSlice(offset, length), bytes);
      page.publish(offset + length);
      owned.add(page);
      PageRef loan = page.lend(offset, length);
      if (reused) {
        page.folio().reuse();
      }
      parts.add(loan);
      bytes += length;
      return page;
    }

    @Override
    public void close() {
      parts.forEach(PageRef::close);
      owned.forEach(PageRef::close);
    }
  }

  private static FutureTask<byte[]> receive(Socket peer, int size) {
    FutureTask<byte[]> task =
        new FutureTask<>(
            () -> {
              ByteBuffer all = ByteBuffer.allocate(size);
              try (var channel = peer.channel(new Tally())) {
                while (all.hasRemaining() && channel.read(all) >= 0) {
                  // until all is there
                }
              }
              return all.array();
            });
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  /// The pages of the message are written behind the rules after the send: the receiver sees the
  /// new bytes of what was given, and the old ones of what was copied.
  @Test
  void pagesAreGivenAndTheRestIsCopied() throws Exception {
    try (Ropewalk walk = open();
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        Parts parts = new Parts(walk)) {
      PageRef header = parts.add(FolioClass.RING, 0, 128, false);
      List<PageRef> pages = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        pages.add(parts.add(FolioClass.GIFT, 0, PAGE, true));
      }
      PageRef trailer = parts.add(FolioClass.RING, 5, 16, false);
      IovIter iter = IovIter.source(parts.parts);
      assertThat(sender.sendMessage(iter, SendFlags.NONE)).isEqualTo(parts.bytes);
      assertThat(iter.count()).isZero();
      assertThat(sender.accepted()).isEqualTo(parts.bytes);

      for (PageRef page : List.of(header, pages.getFirst(), pages.getLast(), trailer)) {
        Memory.segment(page.address(), page.length()).fill((byte) 0x55);
      }
      byte[] received = receive(receiver, parts.bytes).get(20, TimeUnit.SECONDS);
      byte[] expected = Pattern.bytes(0, parts.bytes);
      assertThat(received).startsWith(Arrays.copyOf(expected, 128));
      assertThat(received[128]).isEqualTo((byte) 0x55);
      assertThat(received[parts.bytes - 17]).isEqualTo((byte) 0x55);
      assertThat(received[parts.bytes - 1]).isEqualTo(expected[parts.bytes - 1]);
      assertThat(received[128 + 2 * PAGE]).isEqualTo(expected[128 + 2 * PAGE]);
    }
  }

  /// Any mixture, sent with and without waiting, whole and in part, into a queue that fills up: the
  /// bytes arrive once and in order, and the iterator stands behind what was reported.
  @Test
  void anyMixtureArrives() throws Exception {
    try (Ropewalk walk = open();
        Listener listener = walk.listen("unix:" + directory.resolve("m"))) {
      Gen.check(60, gen -> sendMixture(walk, listener, gen));
    }
  }

  private static void sendMixture(Ropewalk walk, Listener listener, Gen gen) throws Exception {
    try (Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        Parts parts = new Parts(walk)) {
      int count = gen.in(1, 39);
      for (int i = 0; i < count; i++) {
        boolean isPages = !gen.oneIn(3);
        int length = isPages ? PAGE * gen.in(1, 39) : gen.in(1, 9000);
        int offset = gen.oneIn(4) ? gen.in(0, 100) : 0;
        parts.add(isPages ? FolioClass.GIFT : FolioClass.RING, offset, length, !gen.oneIn(4));
      }
      FutureTask<byte[]> received = receive(receiver, parts.bytes);
      IovIter iter = ListIter.of(IovIter.source(parts.parts));
      long total = 0;
      while (iter.count() > 0) {
        int flags = gen.bool() ? SendFlags.NONE : SendFlags.DONTWAIT;
        iter.truncate(gen.oneIn(4) ? gen.in(1, 300_000) : Long.MAX_VALUE);
        long sent = sender.sendMessage(iter, flags);
        total += sent;
        iter.reexpand(parts.bytes - total);
        assertThat(iter.position()).isEqualTo(total);
        assertThat(sender.accepted()).isEqualTo(total);
        if (flags == SendFlags.NONE) {
          assertThat(sent).isPositive();
        }
      }
      sender.shutdownOutput();
      Pattern.verify(received.get(20, TimeUnit.SECONDS), 0);
    }
  }
}
