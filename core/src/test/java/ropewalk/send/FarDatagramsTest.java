package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.net.Address;
import ropewalk.net.SendFlags;
import ropewalk.net.Udp;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.far.DroppingLink;

/// Datagrams over a link that drops: each is lent, and comes back when it is dropped. Nobody had to
/// ask for it: the peer is another host's, and the sends are long.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FarDatagramsTest {
  private static final int SENDS = 50;
  private static final int LENGTH = 60 << 10;

  private static Ropewalk open(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(0)
        .plan(PoolPlan.of(4 << 20, 2 << 20))
        .open();
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aDatagramIsLentUntilItIsDropped(Engine.Choice choice) throws Exception {
    try (DroppingLink link = DroppingLink.orSkip();
        Ropewalk walk = open(choice);
        Udp far = Udp.connect(walk.engine(), walk.pool(), new Address.Udp(link.far(), 9));
        PageRef page = page(walk)) {
      link.drop();
      sendAll(far, page);
      FarRoom.await("the pages", () -> far.held() == 0);
      assertThat(far.lent()).as("never copied, so lent to the last").isEqualTo(sum());
      assertThat(page.tryClaim()).isTrue();
      page.publish(LENGTH);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void toThisHostNothingIsLent(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        Udp peer = Udp.bind(walk.engine(), walk.pool(), new Address.Udp("localhost", 0));
        Udp near = Udp.connect(walk.engine(), walk.pool(), peer.local());
        PageRef page = page(walk)) {
      sendAll(near, page);
      assertThat(near.lent()).isZero();
    }
  }

  private static long sum() {
    return (long) SENDS * LENGTH;
  }

  private static PageRef page(Ropewalk walk) throws IOException {
    PageRef page = walk.pool().take(LENGTH, FolioClass.RING);
    Pattern.fill(page.target().asSlice(0, LENGTH), 0);
    page.publish(LENGTH);
    return page;
  }

  private static void sendAll(Udp socket, PageRef page) throws IOException {
    for (int i = 0; i < SENDS; i++) {
      IovIter iter = IovIter.source(List.of(page));
      assertThat(socket.sendMessage(iter, SendFlags.NONE)).isEqualTo(LENGTH);
    }
    assertThat(socket.accepted()).isEqualTo(sum());
  }
}
