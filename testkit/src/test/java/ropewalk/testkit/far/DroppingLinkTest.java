package ropewalk.testkit.far;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.linux.Errno;
import ropewalk.linux.Sockets;
import ropewalk.testkit.far.ZeroCopySender.Completed;

/// What the harness promises, with plain calls: sends over a dropping link complete without a copy,
/// of a stream only once they are acknowledged, and the link shows what a page that is written too
/// early does.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DroppingLinkTest {
  private static final int SIZE = 32 * 1024;

  private DroppingLink link;

  @BeforeEach
  void open() throws Exception {
    link = DroppingLink.orSkip();
  }

  @AfterEach
  void close() throws Exception {
    if (link != null) {
      link.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDatagramCompletesUncopiedWhenItIsDropped(boolean isSix) throws Exception {
    link.drop();
    InetAddress far = InetAddress.getByName(isSix ? link.far6() : link.far());
    try (var sender = new ZeroCopySender(Sockets.SOCK_DGRAM, new InetSocketAddress(far, 9), SIZE)) {
      assertThat(sender.send(0, SIZE)).isEqualTo(SIZE);
      assertThat(sender.send(0, 600)).isEqualTo(600);
      assertThat(awaited(sender, 2)).allMatch(it -> it.code() == 0);
    }
  }

  @Test
  void overLoopbackTheKernelCopies() throws Exception {
    InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    try (var sender = new ZeroCopySender(Sockets.SOCK_DGRAM, here, SIZE);
        var _ = new java.net.DatagramSocket(here)) {
      assertThat(sender.send(0, SIZE)).isEqualTo(SIZE);
      assertThat(awaited(sender, 1)).containsExactly(new Completed(0, 0, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStreamsSendCompletesUncopiedWhenItIsAcknowledged(boolean isSix) throws Exception {
    try (FarEnd far = isSix ? FarEnd.on6(link) : FarEnd.on(link);
        var sender = new ZeroCopySender(Sockets.SOCK_STREAM, far.address(), SIZE)) {
      int connection = far.accept();
      link.drop();
      assertThat(sender.send(0, SIZE / 2)).isEqualTo(SIZE / 2);
      assertThat(sender.send(SIZE / 2, SIZE / 2)).isEqualTo(SIZE / 2);
      Thread.sleep(300); // more than the time after which it is sent again
      assertThat(sender.completed()).as("nobody acknowledged").isEmpty();
      far.acknowledge(connection, SIZE / 2 - 1);
      Thread.sleep(20);
      assertThat(sender.completed()).as("but for one byte").isEmpty();
      far.acknowledge(connection, SIZE / 2);
      assertThat(awaited(sender, 1)).containsExactly(new Completed(0, 0, 0));
      far.acknowledgeAll(connection, sender.number(), SIZE);
      assertThat(awaited(sender, 1)).containsExactly(new Completed(1, 1, 0));
    }
  }

  @Test
  void aResetCompletesWhatWasHeld() throws Exception {
    try (FarEnd far = FarEnd.on(link);
        var sender = new ZeroCopySender(Sockets.SOCK_STREAM, far.address(), SIZE)) {
      int connection = far.accept();
      link.drop();
      assertThat(sender.send(0, SIZE)).isEqualTo(SIZE);
      far.reset(connection);
      assertThat(awaited(sender, 1)).containsExactly(new Completed(0, 0, 0));
      assertThat(sender.send(0, SIZE)).isEqualTo(-Errno.ECONNRESET);
    }
  }

  /// The harness's own eyes: what was dropped is sent again from the same pages, so whoever writes
  /// to them before the completion is found out at the far end.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPageWrittenBeforeItsCompletionIsSeen(boolean isTooEarly) throws Exception {
    try (FarEnd far = FarEnd.on(link);
        var sender = new ZeroCopySender(Sockets.SOCK_STREAM, far.address(), SIZE)) {
      int connection = far.accept();
      link.drop();
      sender.memory().fill((byte) 'a');
      byte[] model = sender.memory().toArray(ValueLayout.JAVA_BYTE);
      assertThat(sender.send(0, SIZE)).isEqualTo(SIZE);
      if (isTooEarly) {
        MemorySegment page = sender.memory().asSlice(4096, 4096);
        page.fill((byte) 'b');
      }
      link.heal();
      byte[] arrived = far.read(connection, SIZE);
      if (isTooEarly) {
        assertThat(arrived).hasSize(SIZE).isNotEqualTo(model);
      } else {
        assertThat(arrived).isEqualTo(model);
      }
    }
  }

  private static List<Completed> awaited(ZeroCopySender sender, int sends) throws Exception {
    List<Completed> all = new ArrayList<>();
    long count = 0;
    for (int i = 0; count < sends; i++) {
      assertThat(i).as("waits for %s of %s", count, sends).isLessThan(1000);
      for (Completed one : sender.completed()) {
        all.add(one);
        count += one.last() - one.first() + 1;
      }
      Thread.sleep(5);
    }
    return all;
  }
}
