package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// Lent pages on loopback, where the kernel copies late and says so: the whole way there and back
/// without a privilege. What only a link without copies shows is in the tests of the dropping link.
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ZeroCopyTest {
  private static Ropewalk open(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(0)
        .plan(PoolPlan.of(8 << 20, 2 << 20))
        .open();
  }

  private static PageRef page(Ropewalk walk, long at, int length) throws IOException {
    PageRef page = walk.pool().take(length, FolioClass.RING);
    Pattern.fill(page.target().asSlice(0, length), at);
    page.publish(length);
    return page;
  }

  private static FutureTask<byte[]> reading(Socket peer, int size) {
    FutureTask<byte[]> reader =
        new FutureTask<>(
            () -> {
              ByteBuffer all = ByteBuffer.allocate(size);
              ReadableByteChannel channel = peer.channel(new Tally());
              while (all.hasRemaining() && channel.read(all) >= 0) {
                // until all is there
              }
              return all.array();
            });
    Thread.ofVirtual().start(reader);
    return reader;
  }

  private static void awaitNothingHeld(SocketFrame socket) throws InterruptedException {
    while (socket.held() > 0) {
      Thread.sleep(1);
    }
  }

  private static void sendAll(Socket sender, IovIter iter) throws IOException {
    long total = iter.count();
    for (long sent = 0; sent < total; ) {
      long step = sender.sendMessage(iter, SendFlags.NONE);
      assertThat(step).isPositive();
      sent += step;
      assertThat(iter.count()).isEqualTo(total - sent);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void lentPagesComeBack(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        Listener listener = walk.listen("tcp://127.0.0.1:0");
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept()) {
      sender.zeroCopy(ZeroCopy.ALWAYS);
      List<PageRef> pages = new ArrayList<>();
      int size = 0;
      for (int i = 0; i < 40; i++) {
        int length = i % 3 == 0 ? 100 : 64 << 10;
        pages.add(page(walk, size, length));
        size += length;
      }
      FutureTask<byte[]> reader = reading(receiver, size);
      sendAll(sender, IovIter.source(pages));
      pages.forEach(PageRef::close);
      Pattern.verify(reader.get(), 0);
      assertThat(sender.lent()).isEqualTo(size);
      sender.awaitAcknowledged();
      assertThat(sender.acked()).isEqualTo(size);
      awaitNothingHeld(sender);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aDatagramIsLentWhole(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        Udp receiver = Udp.bind(walk.engine(), walk.pool(), new Address.Udp("localhost", 0));
        Udp sender = Udp.connect(walk.engine(), walk.pool(), receiver.local());
        PageRef head = page(walk, 0, 100);
        PageRef body = page(walk, 100, 32 << 10);
        PageRef target = walk.pool().take(64 << 10, FolioClass.RING)) {
      sender.zeroCopy(ZeroCopy.ALWAYS);
      for (int i = 0; i < 10; i++) {
        IovIter iter = IovIter.source(List.of(head, body));
        assertThat(sender.sendMessage(iter, SendFlags.NONE)).isEqualTo(100 + (32 << 10));
        assertThat(receiver.receive(target.target()).length()).isEqualTo(100 + (32 << 10));
        Pattern.verify(
            target
                .target()
                .asSlice(0, 100 + (32 << 10))
                .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
            0);
      }
      assertThat(sender.lent()).isEqualTo(10 * (100 + (32 << 10)));
      awaitNothingHeld(sender);
    }
  }

  /// Nobody reads: the queue is full of lent pages when the sender closes, and the house after it.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @SuppressWarnings("try") // closed before the others
  void aCloseWithSendsInFlightGivesEverythingBack(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        Listener listener = walk.listen("tcp://127.0.0.1:0");
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        PageRef body = page(walk, 0, 64 << 10)) {
      sender.zeroCopy(ZeroCopy.ALWAYS);
      long sent = 0;
      for (long step = 1; step > 0; sent += step) {
        step = sender.sendMessage(IovIter.source(List.of(body)), SendFlags.DONTWAIT);
      }
      assertThat(sent).isGreaterThan(64 << 10);
      assertThat(receiver.peer()).isNotEmpty();
      sender.close();
    }
  }
}
