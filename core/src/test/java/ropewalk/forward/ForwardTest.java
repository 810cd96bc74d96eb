package ropewalk.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.LinuxException;
import ropewalk.net.Listener;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Parts of what somebody else holds go out, and all of it stays where it is.
@Timeout(60)
class ForwardTest {
  @TempDir Path folder;

  private static Ropewalk walk(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(choice)
        .cacheBytes(0)
        .plan(PoolPlan.of(8 << 20, 1 << 20))
        .open();
  }

  /// `total` bytes of the pattern in ranges of many lengths, some at odd offsets of their folio.
  private static List<PageRef> fragments(FolioPool pool, Gen gen, int total) throws IOException {
    List<PageRef> fragments = new ArrayList<>();
    int from = 0;
    while (from < total) {
      int length = gen.in(1, Math.min(total - from, 50_000)); // far less than a folio may have
      int skipped = gen.bool() ? 0 : gen.in(1, 99);
      PageRef page = pool.take(length + skipped, FolioClass.RING);
      Pattern.fill(page.target().asSlice(skipped, length), from);
      page.publish(length + skipped);
      page.skip(skipped);
      fragments.add(page);
      from += length;
    }
    return fragments;
  }

  private static FutureTask<byte[]> read(Socket from, int length) {
    FutureTask<byte[]> task =
        new FutureTask<>(
            () -> {
              ByteBuffer all = ByteBuffer.allocate(length);
              var channel = from.channel(new Tally());
              while (all.hasRemaining() && channel.read(all) >= 0) {
                // the rest
              }
              return all.array();
            });
    Thread.ofVirtual().start(task);
    return task;
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void anyPartGoesOutAndAllStays(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = walk(choice);
        Listener listener = walk.listen("unix:" + folder.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept()) {
      Gen.check(
          60,
          gen -> {
            int total = (int) gen.edgy(0, 600_000);
            int offset = gen.in(0, total);
            int length = gen.in(0, total - offset);
            List<PageRef> fragments = fragments(walk.pool(), gen, total);
            if (gen.bool()) {
              list(fragments, offset, length, sender, receiver);
            } else {
              pipe(fragments, offset, length, sender, receiver);
            }
          });
    }
  }

  private static void list(
      List<PageRef> fragments, int offset, int length, Socket sender, Socket receiver)
      throws Exception {
    try (Forward forward = Forward.of(fragments, offset, length)) {
      FutureTask<byte[]> arrived = read(receiver, length);
      long sent = 0;
      while (forward.left() > 0) {
        sent += forward.send(sender, SendFlags.NONE);
        assertThat(forward.position()).isEqualTo(sent);
      }
      Pattern.verify(arrived.get(), offset);
      assertThat(forward.send(sender, SendFlags.NONE)).isZero();
    }
    int from = 0;
    for (PageRef page : fragments) {
      Pattern.verify(page.bytes(), from);
      from += page.length();
      page.close();
    }
  }

  private static void pipe(
      List<PageRef> fragments, int offset, int length, Socket sender, Socket receiver)
      throws Exception {
    int total = 0;
    try (Pipe pipe = Pipe.open(1024)) {
      for (PageRef page : fragments) {
        total += page.length();
        pipe.push(page);
      }
      for (int turn = 0; turn < 2; turn++) {
        try (Forward forward = Forward.of(pipe, offset, length)) {
          FutureTask<byte[]> arrived = read(receiver, length);
          assertThat(forward.sendAll(sender, SendFlags.NONE)).isEqualTo(length);
          Pattern.verify(arrived.get(), offset);
        }
        assertThat(pipe.bytes()).isEqualTo(total);
      }
      int from = 0;
      for (PageRef page = pipe.poll(); page != null; page = pipe.poll()) {
        Pattern.verify(page.bytes(), from);
        from += page.length();
        page.close();
      }
      assertThat(from).isEqualTo(total);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void aPeerThatLeavesFailsTheRest(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = walk(choice);
        Listener listener = walk.listen("unix:" + folder.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept()) {
      List<PageRef> fragments = fragments(walk.pool(), Gen.seeded(1), 3 << 20);
      try (Forward forward = Forward.of(fragments, 5, 3_000_000)) {
        FutureTask<byte[]> arrived = read(receiver, 1000);
        FutureTask<Void> leaving =
            new FutureTask<>(
                () -> {
                  Pattern.verify(arrived.get(), 5);
                  receiver.reset();
                  return null;
                });
        Thread.ofVirtual().start(leaving);
        assertThatThrownBy(() -> forward.sendAll(sender, SendFlags.NONE))
            .isInstanceOf(LinuxException.class)
            .hasMessageContaining("EPIPE");
        leaving.get();
        assertThat(forward.position()).isBetween(1000L, 2_999_999L);
        assertThat(forward.left()).isEqualTo(3_000_000 - forward.position());
      }
      fragments.forEach(PageRef::close);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void whoMayNotWaitGetsAShortCount(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = walk(choice);
        Listener listener = walk.listen("unix:" + folder.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept()) {
      List<PageRef> fragments = fragments(walk.pool(), Gen.seeded(3), 4 << 20);
      try (Forward forward = Forward.of(fragments, 0, 4 << 20)) {
        long went = forward.sendAll(sender, SendFlags.DONTWAIT);
        assertThat(went).isEqualTo(forward.position()).isBetween(1L, (4L << 20) - 1);
        assertThat(forward.send(sender, SendFlags.DONTWAIT)).isZero();
        FutureTask<byte[]> arrived = read(receiver, 4 << 20);
        assertThat(forward.sendAll(sender, SendFlags.NONE)).isEqualTo((4 << 20) - went);
        Pattern.verify(arrived.get(), 0);
      }
      fragments.forEach(PageRef::close);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO"})
  void moreThanThereIsIsRefused(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = walk(choice);
        Pipe pipe = Pipe.open(4)) {
      List<PageRef> fragments = fragments(walk.pool(), Gen.seeded(2), 1000);
      for (long[] part :
          new long[][] {{-1, 1}, {0, -1}, {0, 1001}, {1000, 1}, {1, Long.MAX_VALUE}}) {
        assertThatThrownBy(() -> Forward.of(fragments, part[0], part[1]))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("of 1000 bytes");
      }
      pipe.push(fragments.getFirst().share());
      assertThatThrownBy(() -> Forward.of(pipe, 0, 1001))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(pipe.peek()).as("given back").isNotNull();
      fragments.forEach(PageRef::close);
    }
  }
}
