package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockErr;
import ropewalk.linux.Sockets;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;

/// What stands in an error queue, byte by byte.
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ErrorQueueTest {
  private static final int ROOM = 256;

  private static void sent(SendQueue queue, PageRef page, int sends) {
    for (int i = 0; i < sends; i++) {
      SendEntry entry = Queues.begin(queue);
      entry.run(page, 0, 1);
      entry.accepted(1);
    }
  }

  /// Puts one error into a message, behind an unrelated control message or not.
  private static void put(
      long message, int level, int type, int origin, int code, int info, int data, boolean behind) {
    long control = message + Msghdr.SIZE;
    long length = 0;
    if (behind) {
      Msghdr.setControl(control, Sockets.SOL_SOCKET, 29, 16); // SO_TIMESTAMP
      length = Msghdr.controlSpace(16);
    }
    long error = Msghdr.setControl(control + length, level, type, SockErr.SIZE + 16);
    SockErr.set(error, origin == Sockets.SO_EE_ORIGIN_ZEROCOPY ? 0 : 111, origin, code, info, data);
    length += Msghdr.controlSpace(SockErr.SIZE + 16);
    Msghdr.set(message, 0, 0, 0, 0, control, length);
  }

  @Test
  void completionsOfBothFamiliesAreUnderstoodAndNothingElseIs() throws Exception {
    try (Queues house = new Queues();
        Scratch memory = new Scratch(Msghdr.SIZE + ROOM);
        PageRef page = house.page(4096)) {
      Gen.exhaust(
          gen -> {
            SendQueue queue = house.queue(1 << 20, -2); // the third of four is number 0
            sent(queue, page, 4);
            boolean isSix = gen.bool();
            boolean isCompletion = gen.bool();
            boolean copied = gen.bool();
            int low = -2 + (int) gen.below(4);
            int high = low + (int) gen.below(2 - low);
            put(
                memory.address(),
                isSix ? Sockets.IPPROTO_IPV6 : Sockets.IPPROTO_IP,
                isSix ? Sockets.IPV6_RECVERR : Sockets.IP_RECVERR,
                isCompletion ? Sockets.SO_EE_ORIGIN_ZEROCOPY : 2, // ICMP
                copied ? Sockets.SO_EE_CODE_ZEROCOPY_COPIED : 0,
                low,
                high,
                gen.bool());
            ErrorQueue.parse(memory.address(), queue);
            assertThat(queue.sends()).isEqualTo(isCompletion ? 4 - (high - low + 1) : 4);
            assertThat(queue.copies()).isEqualTo(isCompletion && copied ? 1 : 0);
            assertThat(queue.strays()).isZero();
            queue.completed(-2, 1, false);
            assertThat(queue.isOut()).isFalse();
            queue.free();
          });
    }
  }

  /// Cut short at every byte: what does not fit is not there, and nothing is read beyond.
  @Test
  void aMessageThatIsCutShortSaysNothing() throws Exception {
    try (Queues house = new Queues();
        Scratch memory = new Scratch(Msghdr.SIZE + ROOM);
        PageRef page = house.page(4096)) {
      int whole = Msghdr.controlSpace(SockErr.SIZE + 16);
      for (int length = 0; length < whole; length++) {
        SendQueue queue = house.queue(1 << 20, 0);
        sent(queue, page, 1);
        put(
            memory.address(),
            Sockets.IPPROTO_IP,
            Sockets.IP_RECVERR,
            Sockets.SO_EE_ORIGIN_ZEROCOPY,
            0,
            0,
            0,
            false);
        Msghdr.set(memory.address(), 0, 0, 0, 0, memory.address() + Msghdr.SIZE, length);
        ErrorQueue.parse(memory.address(), queue);
        assertThat(queue.isOut()).as("%d bytes of control", length).isTrue();
        queue.completed(0, 0, false);
        queue.free();
      }
    }
  }
}
