package ropewalk.bio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.iov.Direction;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.page.Folio;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// The pins of a bio, and those of its clones.
class BioTest {
  private static final int PAGE = 4096;

  private FolioPool pool;
  private BioPool bios;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(1 << 20, 1 << 20));
    bios = new BioPool();
  }

  @AfterEach
  void close() {
    assertThat(bios.out()).isZero();
    bios.close();
    pool.close();
  }

  private PageRef folio(int pages) throws IOException {
    PageRef ref = pool.take(pages * PAGE, FolioClass.RING);
    ref.publish(ref.length());
    return ref;
  }

  /// Adds a range over a pin that is dropped at once: the bio's is left.
  private static void add(Bio bio, PageRef ref, int from, int length) {
    boolean isPinned = ref.tryPin();
    bio.add(ref.folio(), ref.address() + from, length);
    if (isPinned) {
      ref.unpin();
    }
  }

  private static List<Long> ranges(Bio bio) {
    List<Long> ranges = new ArrayList<>();
    for (int i = 0; i < bio.segments(); i++) {
      ranges.add(Iovec.base(bio.iov(), i));
      ranges.add(Iovec.length(bio.iov(), i));
    }
    return ranges;
  }

  @Test
  void everySegmentHasAPinOfItsOwnUntilTheBioIsComplete() throws IOException {
    PageRef ref = folio(4);
    Folio folio = ref.folio();
    long before = folio.wordAcquire();
    Bio bio = bios.take(Direction.SOURCE, 8 * PAGE);
    add(bio, ref, 0, PAGE);
    add(bio, ref, 2 * PAGE, 2 * PAGE);
    assertThat(bio.bytes()).isEqualTo(3 * PAGE);
    assertThat(bio.end()).isEqualTo(11 * PAGE);
    assertThat(folio.isPinned()).isTrue();
    folio.unpin(); // a third would be one too many
    folio.unpin();
    assertThatThrownBy(folio::unpin).hasMessageContaining("unpin");
    assertThat(ref.tryPin()).isTrue();
    folio.addPin();
    bio.complete();
    assertThat(folio.wordAcquire()).isEqualTo(before);
    ref.close();
  }

  @Test
  void aPinKeepsTheFolioWhenItsHolderIsGone() throws IOException {
    PageRef ref = folio(1);
    Bio bio = bios.take(Direction.SOURCE, 0);
    add(bio, ref, 0, PAGE);
    ref.close();
    assertThat(pool.complaints()).isNotEmpty();
    bio.complete();
    assertThat(pool.complaints()).isEmpty();
  }

  @Test
  @DisplayName("R-44: two million bios of zeros pin nothing")
  void zerosAreInItWithoutAPin() throws IOException {
    PageRef zeros = pool.zeros(PAGE);
    Folio zero = zeros.folio();
    long before = zero.wordAcquire();
    for (int i = 0; i <= 1 << 21; i++) {
      Bio bio = bios.take(Direction.SOURCE, 0);
      bio.add(zero, zeros.address(), PAGE);
      bio.complete();
    }
    assertThat(zero.wordAcquire()).isEqualTo(before);
    zeros.close();
  }

  /// Every cut of three segments, completed in every order (contract 4.6).
  @Test
  @DisplayName("R-42: a clone drops no pin; the last of it and its parent drops all, once")
  void aCloneHasNoPinsAndTheLastOfAllDropsThem() throws IOException {
    PageRef one = folio(2);
    PageRef two = folio(1);
    int total = 4 * PAGE;
    for (int at = 1; at < total; at += 511) {
      for (int next = at + 1; next < total; next += 4001) {
        for (int order = 0; order < 6; order++) {
          Bio whole = bios.take(Direction.SOURCE, 7);
          add(whole, one, 0, 2 * PAGE);
          add(whole, two, 0, PAGE);
          add(whole, one, 0, PAGE);
          Bio front = whole.split(at);
          Bio middle = whole.split(next - at);
          assertThat(front.bytes() + middle.bytes() + whole.bytes()).isEqualTo(total);
          assertThat(middle.offset()).isEqualTo(front.end());
          assertThat(whole.offset()).isEqualTo(middle.end());
          List<Bio> left = new ArrayList<>(List.of(front, middle, whole));
          for (int n = 3, rest = order; n > 0; n--) {
            assertThat(one.folio().isPinned()).isTrue();
            assertThat(two.folio().isPinned()).isTrue();
            left.remove(rest % n).complete();
            rest /= n;
          }
          assertThat(one.folio().isPinned()).isFalse();
          assertThat(two.folio().isPinned()).isFalse();
        }
      }
    }
    one.close();
    two.close();
  }

  @Test
  void aSplitCutsRangesWhereItMust() throws IOException {
    PageRef ref = folio(4);
    long base = ref.address();
    Bio whole = bios.take(Direction.SOURCE, 0);
    add(whole, ref, 0, PAGE);
    add(whole, ref, 2 * PAGE, 2 * PAGE);
    Bio front = whole.split(PAGE + 512);
    assertThat(ranges(front)).containsExactly(base, (long) PAGE, base + 2 * PAGE, 512L);
    assertThat(ranges(whole)).containsExactly(base + 2 * PAGE + 512, 2L * PAGE - 512);
    assertThatThrownBy(() -> front.split(1)).hasMessageContaining("clone");
    assertThatThrownBy(() -> whole.split(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> whole.split(whole.bytes()))
        .isInstanceOf(IllegalArgumentException.class);
    front.complete();
    whole.complete();
    ref.close();
  }

  @Test
  void itGrowsAndKeepsWhatItHas() throws IOException {
    PageRef ref = folio(1);
    Bio bio = bios.take(Direction.SOURCE, 0);
    List<Long> wanted = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      add(bio, ref, i, 1);
      wanted.addAll(List.of(ref.address() + i, 1L));
    }
    assertThat(ranges(bio)).isEqualTo(wanted);
    bio.complete();
    assertThat(ref.folio().isPinned()).isFalse();
    ref.close();
  }
}
