package ropewalk.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ropewalk.iov.SlotRing;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.page.Provenance;
import ropewalk.testkit.Pattern;

/// What is on loan is charged to the pipe it waits in, and copied beyond the limit (rule 8).
final class LoansTest {

  private static final int PAGE = 4096;

  private FolioPool pool;
  private PageRef owner;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0));
    owner = pool.take(4 * PAGE, FolioClass.RING);
    Pattern.fill(owner.target(), 0);
    owner.publish(4 * PAGE);
  }

  @AfterEach
  void close() {
    owner.close();
    pool.close();
  }

  private PageRef lent(int page) {
    return owner.lend(page * PAGE, PAGE);
  }

  private static void expect(Pipe pipe, int from, int to) {
    long at = from * (long) PAGE;
    for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
      assertThat(ref.account()).as("the charge has left with it").isNull();
      Pattern.verify(ref.bytes(), at);
      at += ref.length();
      ref.close();
    }
    assertThat(at).isEqualTo(to * (long) PAGE);
  }

  @Test
  void whatExceedsTheLimitIsCopiedAndOwned() throws IOException {
    try (Pipe pipe = Pipe.open(pool, 8, 2L * PAGE)) {
      for (int i = 0; i < 4; i++) {
        assertThat(pipe.offer(lent(i))).isTrue();
      }
      assertThat(pipe.charged()).isEqualTo(2L * PAGE);
      assertThat(pipe.copied()).isEqualTo(2L * PAGE);
      pipe.consume(PAGE);
      assertThat(pipe.charged()).isEqualTo(PAGE);
      assertThat(pipe.offer(lent(3))).isTrue();
      assertThat(pipe.copied()).as("there is room again").isEqualTo(2L * PAGE);
      pipe.consume(PAGE);
      assertThat(Objects.requireNonNull(pipe.peek()).provenance()).isEqualTo(Provenance.OWNED);
      pipe.consume(2L * PAGE);
      expect(pipe, 3, 4);
      assertThat(pipe.charged()).isZero();
      assertThat(pipe.offer(lent(0))).isTrue();
    }
    assertThat(owner.tryClaim()).as("no loan is out").isTrue();
  }

  @Test
  void theChargeMovesAlongAndIsBoundedThereToo() throws IOException {
    try (Pipe pipe = Pipe.open(pool, 8, 4L * PAGE);
        Pipe narrow = Pipe.open(pool, 8, PAGE + 10L);
        Pipe open = Pipe.open(pool, 8)) {
      for (int i = 0; i < 4; i++) {
        assertThat(pipe.offer(lent(i))).isTrue();
      }
      assertThat(pipe.moveTo(narrow, 2L * PAGE)).as("as far as its limit").isEqualTo(PAGE);
      assertThat(pipe.charged()).isEqualTo(3L * PAGE);
      assertThat(narrow.charged()).isEqualTo(PAGE);
      assertThat(pipe.moveTo(narrow, 100)).as("beyond it by copy").isEqualTo(100);
      assertThat(narrow.copied()).isEqualTo(100);
      assertThat(pipe.moveTo(narrow, 2L * PAGE)).isEqualTo(PAGE - 100);
      assertThat(narrow.bytes()).isEqualTo(2L * PAGE);
      assertThat(pipe.tee(narrow, PAGE)).as("tee is charged, or copied").isEqualTo(PAGE);
      assertThat(narrow.copied()).isEqualTo(2L * PAGE);
      assertThat(pipe.charged()).isEqualTo(2L * PAGE);
      assertThat(pipe.moveTo(open, 10L * PAGE)).isEqualTo(2L * PAGE);
      assertThat(pipe.charged()).as("to one without a limit: to nobody").isZero();
      expect(open, 2, 4);
      expect(narrow, 0, 3);
      assertThat(narrow.charged()).isZero();
    }
    assertThat(owner.tryClaim()).isTrue();
  }

  @Test
  void whatComesThroughTheSlotsIsChargedToo() throws IOException {
    try (Pipe pipe = Pipe.open(pool, 8, PAGE)) {
      SlotRing slots = pipe.slotRing();
      assertThat(slots.append(lent(0))).isTrue();
      assertThat(pipe.charged()).isEqualTo(PAGE);
      assertThat(slots.append(lent(1))).isTrue();
      assertThat(pipe.copied()).as("beyond the limit").isEqualTo(PAGE);
      assertThat(pipe.charged()).isEqualTo(PAGE);
      slots.consume(PAGE);
      assertThat(pipe.charged()).as("the charge has left with the bytes").isZero();
      assertThat(slots.append(lent(2))).isTrue();
      assertThat(pipe.charged()).isEqualTo(PAGE);
      expect(pipe, 1, 3);
      assertThat(pipe.charged()).isZero();
      pipe.closeSink();
      assertThat(slots.append(lent(3))).as("taken, and nobody will ask for it").isTrue();
    }
    assertThat(owner.tryClaim()).as("no loan is out").isTrue();
  }

  @Test
  void aFullPipeTakesNeitherLoanNorCopyAndAClosedOneNothing() throws IOException {
    try (Pipe pipe = Pipe.open(pool, 1, 0)) {
      assertThat(pipe.offer(lent(0))).isTrue();
      assertThat(pipe.copied()).isEqualTo(PAGE);
      PageRef second = lent(1);
      assertThat(pipe.offer(second)).isFalse();
      assertThat(second.isOpen()).isTrue();
      assertThat(pipe.copied()).isEqualTo(PAGE);
      pipe.closeSink();
      assertThatThrownBy(() -> pipe.offer(second)).isInstanceOf(BrokenPipeException.class);
      second.close();
    }
  }

  @Test
  void aPoolThatIsEmptyRefusesTheCopyAndNothingIsTaken() throws IOException {
    PoolPlan plan = PoolPlan.of(2 << 20, 0).withPatience(Duration.ZERO);
    try (FolioPool small = FolioPool.open(HostSyscalls.host(), plan);
        Pipe pipe = Pipe.open(small, 8, 0)) {
      PageRef all = small.take(1 << 20, FolioClass.RING);
      all.publish(all.length());
      PageRef lent = all.lend(0, 1 << 20);
      PageRef other = small.take(PAGE, FolioClass.RING); // out of the only other megabyte
      assertThatThrownBy(() -> pipe.offer(lent)).isInstanceOf(IOException.class);
      assertThat(pipe.slotRing().append(lent)).isFalse();
      assertThat(lent.isOpen()).isTrue();
      assertThat(pipe.copied()).isZero();
      for (PageRef each : new PageRef[] {lent, all, other}) {
        each.close();
      }
    }
  }
}
