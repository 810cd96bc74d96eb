package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.page.FolioWord;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.testkit.Gen;

/// Which pages are held when, against a model that knows of each send how it stands.
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SendQueueTest {
  private static final int LENGTH = 4096;

  private Queues house;

  @BeforeEach
  void open() throws Exception {
    house = new Queues();
  }

  @AfterEach
  void close() {
    house.close();
  }

  /// One send of the model.
  private static final class Sent {
    final SendEntry entry;
    final PageRef page;
    final int number;
    int length;
    boolean accepted;
    boolean named;

    Sent(SendEntry entry, PageRef page, int number) {
      this.entry = entry;
      this.page = page;
      this.number = number;
    }

    /// Whether the kernel may hold its page.
    boolean isOut() {
      return !(accepted && named);
    }
  }

  /// Begun, accepted in whole and in part, refused, completed by ranges that overtake each other
  /// and the return of the call, across the wrap: each page is pinned exactly as long as the kernel
  /// may look at it, and the socket is charged for it.
  @Test
  void eachPageIsHeldFromItsBeginningToItsCompletion() {
    Gen.check(
        300,
        gen -> {
          int first = gen.pick(0, -1, -3, Integer.MAX_VALUE, Integer.MAX_VALUE - 2);
          SendQueue queue = house.queue(64 * LENGTH, first);
          List<Sent> sends = new ArrayList<>();
          Sent begun = null;
          int next = first;
          for (int step = 0; step < 60; step++) {
            switch ((int) gen.below(4)) {
              case 0 -> {
                if (begun == null) {
                  SendEntry entry = Queues.begin(queue);
                  PageRef page = house.page(LENGTH);
                  assertThat(entry.run(page, 0, LENGTH)).isTrue();
                  begun = new Sent(entry, page, next++);
                  begun.length = LENGTH;
                  sends.add(begun);
                }
              }
              case 1 -> {
                if (begun != null) {
                  begun.length = gen.in(1, LENGTH);
                  begun.accepted = true;
                  begun.entry.accepted(begun.length);
                  begun = null;
                }
              }
              case 2 -> {
                if (begun != null && !begun.named) {
                  begun.entry.refused();
                  sends.remove(begun);
                  assertPins(begun.page, 0);
                  begun.page.close();
                  next--;
                  begun = null;
                }
              }
              default -> complete(gen, queue, sends);
            }
            assertModel(queue, sends);
          }
          if (begun != null) {
            begun.accepted = true;
            begun.entry.accepted(LENGTH);
          }
          for (Sent sent : sends) {
            if (!sent.named) {
              sent.named = true;
              queue.completed(sent.number, sent.number, false);
            }
            sent.page.close();
          }
          assertThat(queue.isOut()).isFalse();
          assertThat(queue.held()).isZero();
          assertThat(queue.strays()).isZero();
          queue.free();
        });
  }

  /// A run of sends that no notification has named yet, somewhere in the middle, joined.
  private static void complete(Gen gen, SendQueue queue, List<Sent> sends) {
    List<Sent> unnamed = sends.stream().filter(sent -> !sent.named).toList();
    if (unnamed.isEmpty()) {
      return;
    }
    int from = (int) gen.below(unnamed.size());
    int to = from;
    while (to + 1 < unnamed.size()
        && unnamed.get(to + 1).number == unnamed.get(to).number + 1
        && gen.bool()) {
      to++;
    }
    for (int i = from; i <= to; i++) {
      unnamed.get(i).named = true;
    }
    queue.completed(unnamed.get(from).number, unnamed.get(to).number, gen.bool());
  }

  private static void assertModel(SendQueue queue, List<Sent> sends) {
    long held = 0;
    int out = 0;
    for (Sent sent : sends) {
      assertPins(sent.page, sent.isOut() ? 1 : 0);
      if (sent.isOut()) {
        // A short send keeps its charge for the whole range until it is over.
        held += LENGTH;
        out++;
      }
    }
    assertThat(queue.sends()).isEqualTo(out);
    assertThat(queue.isOut()).isEqualTo(out > 0);
    assertThat(queue.held()).isEqualTo(held);
  }

  private static void assertPins(PageRef page, long pins) {
    assertThat(FolioWord.pins(page.folio().wordOpaque())).isEqualTo(pins);
  }

  @Test
  void whatIsNamedTwiceOrNeverSentReleasesNothing() throws Exception {
    SendQueue queue = house.queue(1 << 20, 0);
    PageRef page = house.page(LENGTH);
    SendEntry one = Queues.begin(queue);
    one.run(page, 0, LENGTH);
    one.accepted(LENGTH);
    SendEntry two = Queues.begin(queue);
    two.run(page, 0, LENGTH);
    two.accepted(LENGTH);
    queue.completed(1, 1, false);
    assertPins(page, 1);
    queue.completed(1, 1, false);
    queue.completed(7, 9, false);
    queue.completed(-2, -1, false);
    assertPins(page, 1);
    assertThat(queue.strays()).isEqualTo(3);
    queue.completed(0, 1, false); // a range that reaches over what was named already
    assertPins(page, 0);
    assertThat(queue.isOut()).isFalse();
    page.close();
    queue.free();
  }

  /// Who finds no room first takes in what the kernel is done with, and only then is refused.
  @Test
  void whatIsDoneMakesRoomForASendThatWouldBeOverTheLimit() throws Exception {
    SendQueue queue = house.queue(2 * LENGTH, 0);
    PageRef page = house.page(LENGTH);
    for (int i = 0; i < 2; i++) {
      SendEntry entry = Queues.begin(queue, LENGTH);
      assertThat(entry.run(page, 0, LENGTH)).isTrue();
      entry.accepted(LENGTH);
    }
    SendEntry refused = Queues.begin(queue, LENGTH);
    assertThat(refused.run(page, 0, LENGTH)).as("nothing is done yet").isFalse();
    refused.refused();
    synchronized (house.told) {
      house.told.add(new Queues.Told(0, 1, false));
    }
    SendEntry entry = Queues.begin(queue, LENGTH);
    assertPins(page, 0);
    assertThat(entry.run(page, 0, LENGTH)).isTrue();
    entry.accepted(LENGTH);
    queue.completed(2, 2, false);
    assertThat(queue.held()).isZero();
    assertPins(page, 0);
    page.close();
    queue.free();
  }

  /// Bytes over the limit are refused and leave nothing behind; so are sends over theirs.
  @Test
  void overItsLimitItRefuses() throws Exception {
    SendQueue queue = house.queue(3 * LENGTH, 0);
    PageRef page = house.page(LENGTH);
    SendEntry entry = Queues.begin(queue);
    for (int i = 0; i < 3; i++) {
      assertThat(entry.run(page, 0, LENGTH)).isTrue();
    }
    assertThat(entry.run(page, 0, LENGTH)).as("over the limit").isFalse();
    assertPins(page, 3);
    entry.accepted(3 * LENGTH);
    SendEntry another = Queues.begin(queue);
    assertThat(another.run(page, 0, 1)).isFalse();
    another.refused();
    queue.completed(0, 0, false);
    assertThat(queue.held()).isZero();

    PageRef other = house.page(LENGTH); // one folio has fewer pins than that
    int sends = 0;
    for (SendEntry next = queue.begin(); next != null; next = queue.begin()) {
      assertThat(next.run(sends % 2 == 0 ? page : other, 0, 1)).isTrue();
      next.accepted(1);
      sends++;
    }
    assertThat(sends).isEqualTo(SendQueue.SENDS_MAX);
    assertPins(page, SendQueue.SENDS_MAX / 2);
    queue.completed(1, SendQueue.SENDS_MAX, false);
    assertPins(page, 0);
    assertPins(other, 0);
    assertThat(queue.held()).isZero();
    SendEntry last = Queues.begin(queue);
    last.refused();
    page.close();
    other.close();
    queue.free();
  }

  /// What a piece is of survives: a given range stays given, and the pin is all that is dropped.
  @Test
  void provenanceIsKept() throws Exception {
    SendQueue queue = house.queue(1 << 20, 0);
    PageRef page = house.pool.take(LENGTH, ropewalk.page.FolioClass.GIFT);
    page.publish(LENGTH);
    PageRef lent = page.lend(100, 1000);
    assertThat(lent.provenance()).isEqualTo(Provenance.LENT);
    SendEntry entry = Queues.begin(queue);
    assertThat(entry.run(lent, 10, 500)).isTrue();
    lent.close();
    entry.accepted(500);
    assertThat(page.tryClaim()).as("the kernel reads it").isFalse();
    page.close();
    assertThat(queue.held()).isEqualTo(500);
    queue.completed(0, 0, true);
    assertThat(queue.held()).isZero();
    queue.free();
  }

  /// Zero folios have no pins: a loan keeps them.
  @Test
  void zerosAreKeptByALoan() throws Exception {
    SendQueue queue = house.queue(1 << 20, 0);
    PageRef zeros = house.pool.zeros(LENGTH);
    SendEntry entry = Queues.begin(queue);
    assertThat(entry.run(zeros, 0, LENGTH)).isTrue();
    entry.accepted(LENGTH);
    assertPins(zeros, 0);
    assertThat(queue.held()).isEqualTo(LENGTH);
    queue.completed(0, 0, false);
    assertThat(queue.held()).isZero();
    zeros.close();
    queue.free();
  }

  /// Copies in a row are counted, and one that was none begins anew.
  @Test
  void copiesInARow() throws Exception {
    SendQueue queue = house.queue(1 << 20, 0);
    PageRef page = house.page(LENGTH);
    for (int i = 0; i < 4; i++) {
      SendEntry entry = Queues.begin(queue);
      entry.run(page, 0, 1);
      entry.accepted(1);
    }
    queue.completed(0, 0, true);
    queue.completed(1, 1, true);
    assertThat(queue.copies()).isEqualTo(2);
    assertThat(Threshold.AUTO.isReached(1 << 20, queue.copies())).isFalse();
    assertThat(Threshold.ALWAYS.isReached(1, queue.copies())).isTrue();
    queue.completed(2, 3, false);
    assertThat(queue.copies()).isZero();
    assertThat(Threshold.AUTO.isReached(1 << 20, queue.copies())).isTrue();
    assertThat(Threshold.NEVER.isReached(Threshold.LONGEST, 0)).isFalse();
    page.close();
    queue.free();
  }
}
