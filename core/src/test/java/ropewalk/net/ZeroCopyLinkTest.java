package ropewalk.net;

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
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.far.DroppingLink;
import ropewalk.testkit.far.FarEnd;

/// Lent pages over a link on which nothing is copied: held until they are acknowledged, and given
/// back whatever becomes of the connection. Streams as they are by default.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ZeroCopyLinkTest {
  private static final int SIZE = 256 << 10;

  private static Ropewalk open(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(0)
        .plan(PoolPlan.of(16 << 20, 2 << 20))
        .open();
  }

  private static PageRef page(Ropewalk walk) throws IOException {
    PageRef page = walk.pool().take(SIZE, FolioClass.RING);
    Pattern.fill(page.target(), 0);
    page.publish(SIZE);
    return page;
  }

  private static String address(DroppingLink link, FarEnd far) {
    return "tcp://" + link.far() + ":" + far.address().getPort();
  }

  private static void lend(Socket sender, PageRef body) throws IOException {
    assertThat(sender.sendMessage(IovIter.source(List.of(body)), SendFlags.NONE)).isEqualTo(SIZE);
    assertThat(sender.lent()).isEqualTo(SIZE);
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void pagesAreHeldUntilTheyAreAcknowledged(Engine.Choice choice) throws Exception {
    try (DroppingLink link = DroppingLink.orSkip();
        FarEnd far = FarEnd.on(link);
        Ropewalk walk = open(choice);
        Socket sender = walk.connect(address(link, far));
        PageRef body = page(walk)) {
      int connection = far.accept();
      link.drop();
      lend(sender, body);
      Thread.sleep(50);
      assertThat(sender.acked()).isLessThan(SIZE);
      assertThat(sender.held()).isEqualTo(SIZE);
      assertThat(body.tryClaim()).as("the kernel reads it").isFalse();
      far.acknowledgeAll(connection, sender.fd().number(), SIZE);
      while (sender.held() > 0) {
        Thread.sleep(1);
      }
      assertThat(sender.acked()).isEqualTo(SIZE);
      assertThat(body.folio().isPinned()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void datagramsComeBackOneByOne(Engine.Choice choice) throws Exception {
    try (DroppingLink link = DroppingLink.orSkip();
        Ropewalk walk = open(choice);
        Udp sender = Udp.connect(walk.engine(), walk.pool(), new Address.Udp(link.far(), 9));
        PageRef body = page(walk)) {
      link.drop();
      sender.zeroCopy(ZeroCopy.ALWAYS); // a datagram is shorter than what is lent by itself
      for (int i = 0; i < 200; i++) {
        try (PageRef part = body.lend(i, 40_000)) {
          assertThat(sender.sendMessage(IovIter.source(List.of(part)), SendFlags.NONE))
              .isEqualTo(40_000);
        }
      }
      // In a burst the kernel may have no room for a notification: that one was copied.
      assertThat(sender.lent()).isGreaterThan(100 * 40_000);
      while (sender.held() > 0) {
        Thread.sleep(1);
      }
      assertThat(body.folio().isPinned()).isFalse();
    }
  }

  /// What was accepted before the close arrives, out of pages that nobody else holds any more.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @SuppressWarnings("try") // closed with sends in flight
  void aCloseSendsOnWhatWasAccepted(Engine.Choice choice) throws Exception {
    try (DroppingLink link = DroppingLink.orSkip();
        FarEnd far = FarEnd.on(link);
        Ropewalk walk = open(choice);
        Socket sender = walk.connect(address(link, far));
        PageRef body = page(walk)) {
      int connection = far.accept();
      link.drop();
      lend(sender, body);
      sender.close();
      Thread.sleep(50);
      assertThat(body.folio().isPinned()).isTrue();
      link.heal();
      byte[] came = far.read(connection, SIZE);
      assertThat(came).hasSize(SIZE);
      Pattern.verify(came, 0);
      assertThat(far.read(connection, 1)).as("an orderly end").isEmpty();
      while (body.folio().isPinned()) {
        Thread.sleep(1);
      }
    }
  }

  /// A peer that says nothing any more can't keep the engine: the connection is reset, and the
  /// pages are back before the close returns.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @SuppressWarnings("try") // closed with sends in flight
  void aSilentPeerDoesNotKeepTheEngine(Engine.Choice choice) throws Exception {
    try (DroppingLink link = DroppingLink.orSkip();
        FarEnd far = FarEnd.on(link);
        Ropewalk walk = open(choice);
        Socket sender = walk.connect(address(link, far));
        PageRef body = page(walk)) {
      assertThat(far.accept()).isZero();
      link.drop();
      lend(sender, body);
      sender.close();
      assertThat(body.folio().isPinned()).isTrue();
      walk.engine().close();
      assertThat(body.folio().isPinned()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aResetGivesThePagesBack(Engine.Choice choice) throws Exception {
    try (DroppingLink link = DroppingLink.orSkip();
        FarEnd far = FarEnd.on(link);
        Ropewalk walk = open(choice);
        Socket sender = walk.connect(address(link, far));
        PageRef body = page(walk)) {
      assertThat(far.accept()).isZero();
      link.drop();
      lend(sender, body);
      sender.reset();
      while (body.folio().isPinned()) {
        Thread.sleep(1);
      }
    }
  }
}
