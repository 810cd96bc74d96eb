package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.Ropewalk;
import ropewalk.iov.IovIter;
import ropewalk.iov.ListIter;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UdpTest {
  private static Ropewalk open() throws Exception {
    return Ropewalk.builder().cacheBytes(0).plan(PoolPlan.of(4 << 20, 2 << 20)).open();
  }

  private static PageRef page(Ropewalk walk, long seed, int length) throws Exception {
    PageRef page = walk.pool().take(length, FolioClass.RING);
    Pattern.fill(page.target().asSlice(0, length), seed);
    page.publish(length);
    return page;
  }

  /// Pages, and pages with the caller's memory between them: one send, one datagram.
  @Test
  void oneSendIsOneDatagram() throws Exception {
    try (Ropewalk walk = open();
        Arena arena = Arena.ofConfined();
        Udp receiver = Udp.bind(walk.engine(), walk.pool(), new Address.Udp("localhost", 0));
        Udp sender = Udp.connect(walk.engine(), walk.pool(), receiver.local());
        PageRef head = page(walk, 0, 100);
        PageRef body = page(walk, 150, 4096)) {
      MemorySegment own = arena.allocate(50);
      Pattern.fill(own, 100);
      MemorySegment target = arena.allocate(65536);
      IovIter pages = IovIter.source(List.of(head, body));
      assertThat(sender.sendMessage(pages, SendFlags.NONE)).isEqualTo(4196);
      assertThat(pages.count()).isZero();
      Address.Udp local = sender.local();
      SocketName from =
          SocketName.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), local.port()));
      assertThat(receiver.receive(target)).isEqualTo(new Received(4196, 4196, from));

      IovIter mixed =
          ListIter.of(
              IovIter.source(List.of(head)), IovIter.source(own), IovIter.source(List.of(body)));
      assertThat(sender.sendMessage(mixed, SendFlags.NONE)).isEqualTo(4246);
      assertThat(receiver.receive(target)).isEqualTo(new Received(4246, 4246, from));
      byte[] came = target.asSlice(0, 4246).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      Pattern.verify(came, 0);
      assertThat(sender.accepted()).isEqualTo(4196 + 4246);

      sender.sendMessage(IovIter.source(List.of(body)), SendFlags.NONE);
      Received part = receiver.receive(target.asSlice(0, 10));
      assertThat(part).isEqualTo(new Received(10, 4096, from));
      assertThat(part.isTruncated()).isTrue();
    }
  }

  /// Nothing, sent, is a message of nothing: how a sequence of datagrams ends.
  @Test
  void nothingIsAnEmptyDatagram() throws Exception {
    try (Ropewalk walk = open();
        Arena arena = Arena.ofConfined();
        Udp receiver = Udp.bind(walk.engine(), walk.pool(), new Address.Udp("localhost", 0));
        Udp sender = Udp.connect(walk.engine(), walk.pool(), receiver.local())) {
      receiver.receiveTimeout(10_000_000_000L);
      assertThat(sender.sendMessage(IovIter.source(List.of()), SendFlags.NONE)).isZero();
      Received empty = receiver.receive(arena.allocate(16));
      assertThat(empty.size()).isZero();
      assertThat(empty.isEnd()).isFalse();
    }
  }

  @Test
  void whatIsTooLongSaysByHowMuch() throws Exception {
    try (Ropewalk walk = open();
        Udp receiver = Udp.bind(walk.engine(), walk.pool(), new Address.Udp("localhost", 0));
        Udp sender = Udp.connect(walk.engine(), walk.pool(), receiver.local());
        PageRef body = page(walk, 0, 65536)) {
      IovIter iter = IovIter.source(List.of(body));
      assertThatThrownBy(() -> sender.sendMessage(iter, SendFlags.NONE))
          .isInstanceOfSatisfying(
              MessageTooLongException.class,
              e -> {
                assertThat(e.size()).isEqualTo(65536);
                assertThat(e.limit()).isEqualTo(Udp.MESSAGE_MAX);
              })
          .hasMessageContaining("EMSGSIZE");
      assertThat(iter.count()).isEqualTo(65536);
      assertThat(sender.accepted()).isZero();
    }
  }
}
