package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.linux.Memory;
import ropewalk.net.SendFlags;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// The life of a sent page where the kernel really lends: over a link that drops, until somebody
/// acknowledges. Contract 5.1, R-38.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FarLifetimesTest {
  private static final int PAGE = FarRoom.PAGE;

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @DisplayName("R-38: a page is held until the kernel says so, and not until it was sent")
  void aPageIsHeldUntilItsCompletion(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, PAGE)) {
      room.send(page);
      FarRoom.pause();
      assertThat(room.socket.lent()).isEqualTo(PAGE);
      assertThat(room.socket.held()).isEqualTo(PAGE);
      assertThat(page.folio().isPinned()).isTrue();
      assertThat(page.tryClaim()).as("written while it is out").isFalse();
      assertThat(page.trySteal()).as("stolen while it is out").isFalse();
      assertThat(room.socket.acked()).isZero();

      room.far.acknowledge(room.connection, PAGE - 1);
      FarRoom.await("an acknowledgement", () -> acked(room) == PAGE - 1);
      FarRoom.pause();
      assertThat(page.tryClaim()).as("but for one byte").isFalse();

      room.acknowledge(PAGE);
      room.awaitHeld(0);
      assertThat(room.socket.acked()).isEqualTo(PAGE);
      assertThat(page.folio().isPinned()).isFalse();
      assertThat(page.tryClaim()).isTrue();
      page.publish(PAGE);
    }
  }

  private static long acked(FarRoom room) {
    try {
      return room.socket.acked();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Each send is released by what covers its last byte, in order, and many by one notification.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void sendsAreReleasedInOrder(Engine.Choice choice) throws Exception {
    int sends = 12;
    List<PageRef> pages = new ArrayList<>();
    try (FarRoom room = new FarRoom(choice)) {
      try {
        for (int i = 0; i < sends; i++) {
          pages.add(room.page((long) i * PAGE, PAGE));
          room.send(pages.get(i));
        }
        for (int done : new int[] {1, 2, 7, sends}) {
          room.acknowledge((long) done * PAGE);
          room.awaitHeld((long) (sends - done) * PAGE);
          for (int i = 0; i < sends; i++) {
            assertThat(pages.get(i).folio().isPinned()).as("send %d", i).isEqualTo(i >= done);
          }
        }
      } finally {
        pages.forEach(PageRef::close);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aResetGivesAllBack(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, PAGE)) {
      room.send(page);
      room.send(page);
      assertThat(room.socket.held()).isEqualTo(2 * PAGE);
      room.far.reset(room.connection);
      room.awaitHeld(0);
      assertThat(page.folio().isPinned()).isFalse();
      assertThatThrownBy(() -> room.send(page)).isInstanceOf(IOException.class);
      assertThat(room.socket.held()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void afterAHalfCloseTheRestIsStillHeld(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, PAGE)) {
      room.send(page);
      room.socket.shutdownOutput();
      FarRoom.pause();
      assertThat(room.socket.held()).isEqualTo(PAGE);
      room.acknowledge(PAGE);
      room.awaitHeld(0);
    }
  }

  /// The peer is silent, so the house resets the connection rather than wait for it.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aHouseThatClosesWaitsForNoSilentPeer(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice)) {
      try (PageRef page = room.page(0, PAGE)) {
        room.send(page);
        room.socket.close();
        FarRoom.pause();
        assertThat(page.folio().isPinned()).as("held by a closed socket").isTrue();
      }
      long start = System.nanoTime();
      room.walk.close();
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
    }
  }

  /// A close loses nothing: what was accepted is held until it is acknowledged.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aClosedSocketsPagesComeBackWhenTheyAreAcknowledged(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, PAGE)) {
      room.send(page);
      room.socket.close();
      FarRoom.pause();
      assertThat(page.folio().isPinned()).isTrue();
      FarRoom.await(
          "the page",
          () -> {
            try {
              room.far.acknowledge(room.connection, PAGE + 1); // its end, too
            } catch (IOException e) {
              throw new AssertionError(e);
            }
            return !page.folio().isPinned();
          });
      assertThat(page.tryClaim()).isTrue();
      page.publish(PAGE);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aResetOfOursGivesAllBackAtOnce(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, PAGE)) {
      room.send(page);
      room.socket.reset();
      FarRoom.await("the page", () -> !page.folio().isPinned());
    }
  }

  /// An interrupt closes the channel, as it does in the JDK; what was accepted before is still out,
  /// and comes back when it is acknowledged.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @DisplayName("R-45: what an interrupted sender had lent comes back")
  void anInterruptedSendersPagesComeBack(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, PAGE)) {
      long accepted = interrupted(room, page);
      room.socket.close();
      FarRoom.await(
          "the page",
          () -> {
            try {
              room.far.acknowledge(room.connection, accepted);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
            return !page.folio().isPinned();
          });
    }
  }

  /// Nobody acknowledges, and nothing waits for that: the connection is reset.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void afterAnInterruptTheHouseWaitsForNobody(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, PAGE)) {
      long _ = interrupted(room, page);
      room.socket.close();
      room.walk.engine().close();
      assertThat(room.socket.held()).isZero();
      assertThat(page.folio().isPinned()).isFalse();
    }
  }

  /// Fills the socket, and interrupts who waits for room. Answers how many bytes were accepted.
  private static long interrupted(FarRoom room, PageRef page) throws Exception {
    long[] accepted = {0};
    FutureTask<Void> filling =
        new FutureTask<>(
            () -> {
              while (true) {
                accepted[0] +=
                    room.socket.sendMessage(IovIter.source(List.of(page)), SendFlags.NONE);
              }
            });
    Thread sender = Thread.ofVirtual().start(filling);
    FarRoom.await(
        "a full queue", () -> sender.getState() == Thread.State.WAITING && isSteady(room));
    sender.interrupt();
    assertThatThrownBy(filling::get).hasCauseInstanceOf(ClosedByInterruptException.class);
    assertThat(room.socket.accepted()).isEqualTo(accepted[0]);
    assertThat(room.socket.held()).isPositive();
    assertThat(page.folio().isPinned()).isTrue();
    return accepted[0];
  }

  private static boolean isSteady(FarRoom room) {
    long before = room.socket.accepted();
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return before > 0 && before == room.socket.accepted();
  }

  /// Of every send with room for it, until the kernel has none for another notification: from then
  /// on they are copied, and nobody is told of it.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void withoutRoomForNotificationsItIsCopied(Engine.Choice choice) throws Exception {
    int sends = 400;
    int length = 4096;
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, length)) {
      for (int i = 0; i < sends; i++) {
        room.send(page);
      }
      assertThat(room.socket.accepted()).isEqualTo((long) sends * length);
      assertThat(room.socket.lent()).isBetween((long) length, (long) sends * length);
      assertThat(room.socket.held()).isEqualTo(room.socket.lent());
      room.acknowledge((long) sends * length);
      room.awaitHeld(0);
    }
  }

  /// What is sent again after the link has healed is what was handed over, though the owner writes
  /// as soon as he is let.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @DisplayName("R-38: what TCP sends again is what was handed over")
  void whatIsSentAgainIsOld(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, PAGE)) {
      room.send(page);
      FarRoom.pause();
      assertThat(tryWrite(page)).isFalse();
      room.link.heal();
      Pattern.verify(room.far.read(room.connection, PAGE), 0);
      room.awaitHeld(0);
      assertThat(tryWrite(page)).isTrue();
    }
  }

  private static boolean tryWrite(PageRef page) {
    if (!page.tryClaim()) {
      return false;
    }
    Pattern.fill(page.target(), Pattern.version(1));
    page.publish(PAGE);
    return true;
  }

  /// The same without the rule: this is what the test above would see.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aPageReusedEarlyIsSeen(Engine.Choice choice) throws Exception {
    try (FarRoom room = new FarRoom(choice);
        PageRef page = room.page(0, PAGE)) {
      room.send(page);
      Pattern.fill(Memory.segment(page.address(), PAGE), Pattern.version(1)); // behind our back
      room.link.heal();
      Pattern.verify(room.far.read(room.connection, PAGE), Pattern.version(1));
      room.awaitHeld(0);
    }
  }
}
