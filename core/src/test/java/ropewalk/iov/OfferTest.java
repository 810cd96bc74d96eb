package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.Trail;
import ropewalk.testkit.Pattern;

/// Whole pages that a writer may take over (contract rows 0.9, 0.10): what is offered, what is not,
/// and that neither an offer nor a refused theft changes anything.
final class OfferTest {

  private static final int PAGE = Lab.PAGE;

  private Lab lab;

  @BeforeEach
  void open() {
    lab = new Lab();
  }

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  @DisplayName("0.9: a page of nobody else is offered, looked at, and stolen with its bytes")
  void anOfferIsTheSlotItself() {
    PageRef page = published(0, 2 * PAGE, 7);
    long address = page.address();
    PipeSourceIter iter = PipeSourceIter.gift(page);
    PageRef offered = Objects.requireNonNull(iter.offered());
    assertThat(offered).isSameAs(page);
    assertThat(iter.position()).isZero();
    assertThat(iter.count()).isEqualTo(2 * PAGE);
    PageRef stolen = stolen(iter.prefault(2 * PAGE, 0, false));
    assertThat(stolen.address()).isEqualTo(address);
    Pattern.verify(stolen.target(), 7);
    assertThat(iter.offered()).as("nothing is left").isNull();
    stolen.close();
  }

  @Test
  @DisplayName(
      "0.10: no business of anybody else's is offered or stolen, and a refusal changes nothing")
  void whoeverElseHasBusinessIsAsked() {
    Map<String, Function<PageRef, Runnable>> businesses = new TreeMap<>();
    businesses.put(
        "lent",
        page -> {
          PageRef loan = page.lend(5, 10);
          return loan::close;
        });
    businesses.put(
        "shared",
        page -> {
          PageRef twin = page.share();
          return twin::close;
        });
    businesses.put(
        "pinned",
        page -> {
          page.pin();
          return page::unpin;
        });
    businesses.put(
        "read right now",
        page -> {
          assertThat(page.folio().tryRead()).isTrue();
          return page.folio()::endRead;
        });
    businesses.forEach(
        (name, business) -> {
          PageRef page = published(0, PAGE, 3);
          Runnable end = business.apply(page);
          PipeSourceIter iter = PipeSourceIter.gift(page);
          assertThat(iter.offered()).as(name).isNull();
          assertThat(iter.prefault(PAGE, 0)).as(name).isEqualTo(Prefault.READY);
          assertThat(copied(iter, PAGE)).as(name).isEqualTo(Pattern.bytes(3, PAGE));
          iter.revert(PAGE);
          end.run();
          assertThat(iter.offered()).as("no longer %s", name).isSameAs(page);
          iter.advance(PAGE);
          iter.commit();
          assertThat(page.isOpen()).as(name).isFalse();
        });
  }

  @Test
  @DisplayName("0.10: given pages, borrowed ones and zeros are for nobody to take")
  void whatIsNotOursIsNotOffered() throws IOException {
    PageRef given = lab.pool.take(PAGE, FolioClass.GIFT);
    given.publish(PAGE);
    assertThat(given.tryGive()).isTrue();
    PageRef owner = published(0, PAGE, 0);
    PageRef borrowed = owner.lend(0, PAGE);
    owner.close();
    PageRef zeros = lab.pool.zeros(PAGE);
    for (PageRef page : new PageRef[] {given, borrowed, zeros}) {
      PipeSourceIter iter = PipeSourceIter.gift(page);
      assertThat(iter.offered()).as("%s", page).isNull();
      assertThat(iter.prefault(PAGE, 0)).isEqualTo(Prefault.READY);
      iter.advance(PAGE);
      iter.commit();
      assertThat(page.isOpen()).isFalse();
    }
  }

  @Test
  @DisplayName(
      "0.9: only whole ranges from a page's start are offered, and only from where it stands")
  void onlyWholeRanges() {
    PipeSourceIter iter =
        PipeSourceIter.gift(
            published(0, PAGE, 0), published(1, PAGE - 1, PAGE), published(0, 0, 0));
    iter.advance(1);
    assertThat(iter.offered()).as("what has gone can be reverted").isNull();
    iter.commit();
    assertThat(iter.offered()).as("from its middle").isNull();
    iter.advance(PAGE - 1);
    iter.commit();
    assertThat(iter.offered()).as("not from a page's start").isNull();
    iter.advance(PAGE - 1);
    iter.commit();
    assertThat(iter.offered()).as("no bytes").isNull();

    PipeSourceIter short1 = PipeSourceIter.gift(published(0, PAGE, 0));
    short1.truncate(PAGE - 1);
    assertThat(short1.offered()).as("more than is asked for").isNull();
    short1.reexpand(PAGE);
    assertThat(short1.offered()).isNotNull();
    short1.advance(PAGE);
    short1.commit();
  }

  @Test
  @DisplayName("0.9: a part of a page is stolen only as the last of its target")
  void theLastMayBeShort() {
    PipeSourceIter iter = PipeSourceIter.gift(published(0, PAGE + 5, 9));
    assertThat(iter.offered()).isNotNull();
    assertThat(iter.prefault(PAGE + 5, 0)).isEqualTo(Prefault.READY);
    assertThat(iter.prefault(PAGE + 5, 1, true)).as("askew").isEqualTo(Prefault.READY);
    assertThat(iter.prefault(PAGE, 0, true)).as("not all of it").isEqualTo(Prefault.READY);
    PageRef stolen = stolen(iter.prefault(PAGE + 5, PAGE, true));
    Pattern.verify(stolen.target(), 9);
    assertThat(iter.count()).isZero();
    stolen.close();
  }

  @Test
  @DisplayName("what is given away and passed is released; the rest stays the caller's")
  void giftsArePassed() throws IOException {
    PageRef first = published(0, 10, 0);
    PageRef second = published(0, 10, 10);
    PipeSourceIter iter = PipeSourceIter.gift(first, second);
    assertThat(copied(iter, 15)).isEqualTo(Pattern.bytes(0, 15));
    assertThat(first.isOpen()).as("before the commit").isTrue();
    iter.commit();
    assertThat(first.isOpen()).isFalse();
    assertThat(second.length()).isEqualTo(5);
    second.close();
    PageRef writable = lab.pool.take(PAGE, FolioClass.RING);
    assertThatThrownBy(() -> PipeSourceIter.gift(writable)).hasMessageContaining("published");
    writable.close();
    assertThat(PipeSourceIter.gift().count()).isZero();
  }

  @Test
  @DisplayName("a stolen page is something new: the trail of the old one ends")
  void aTheftEndsTheTrail() {
    PageRef page = published(0, PAGE, 0);
    Trail trail = new Trail();
    page.follow(trail);
    trail.seal();
    PageRef stolen = stolen(PipeSourceIter.gift(page).prefault(PAGE, 0));
    assertThat(trail.isDrained()).isTrue();
    stolen.close();
  }

  private static byte[] copied(IovIter iter, int length) {
    byte[] out = new byte[length];
    assertThat(Copy.outOf(iter, MemorySegment.ofArray(out), 0, length, new Tally()))
        .isEqualTo(length);
    return out;
  }

  private static PageRef stolen(Prefault answer) {
    if (!(answer instanceof Prefault.Stolen(PageRef page))) {
      throw new AssertionError("not stolen: " + answer);
    }
    assertThat(page.isWritable()).isTrue();
    return page;
  }

  private PageRef published(int skew, int length, long from) {
    PageRef ref = lab.folioRun(skew, length);
    Pattern.fill(ref.target(), from);
    ref.publish(length);
    return ref;
  }
}
