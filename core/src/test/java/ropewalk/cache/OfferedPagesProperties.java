package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.iov.IovIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Pages given to a file in all shapes, among reads, loans, writes and cuts, against a byte array:
/// what is taken over and what is copied is the cache's business, the bytes are the same.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OfferedPagesProperties {
  private static final int SIZE_MAX = 9 * Run.SIZE;

  @Test
  void aFileOfGivenPagesBehavesLikeAnArrayAndLentBytesNeverChange() {
    long[] stolen = {0};
    Gen.check(60, gen -> stolen[0] += run(gen));
    assertThat(stolen[0]).as("some pages were taken over").isPositive();
  }

  private static long run(Gen gen) throws Exception {
    byte[] model = Pattern.bytes(0, (int) gen.edgy(0, SIZE_MAX));
    List<PageRef> loans = new ArrayList<>();
    List<byte[]> lent = new ArrayList<>();
    try (CacheRoom room = new CacheRoom(gen.pick(2L, 8L, 64L) * Run.SIZE, 8 << 20, model)) {
      room.backing.offerMax = gen.pick(0, Run.SIZE, 16 * Run.SIZE);
      Holder holder = room.open(gen.pick(Writing.values()));
      if (gen.oneIn(3)) {
        room.backing.writable = asked -> gen.in(1, asked);
      }
      try {
        for (int i = 1; i <= 30; i++) {
          int at = gen.bool() ? gen.in(0, 8) * Run.SIZE : (int) gen.edgy(0, SIZE_MAX);
          switch ((int) gen.below(6)) {
            case 0, 1, 2 ->
                model = give(gen, room, gen.bool() ? room.holder : holder, model, at, i);
            case 3 -> {
              for (PageRef ref : room.lend(at, gen.in(1, 3 * Run.SIZE))) {
                loans.add(ref);
                lent.add(ref.bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
              }
            }
            case 4 -> {
              byte[] fresh = Pattern.bytes(Pattern.version(i), gen.in(1, 100_000));
              room.write(at, fresh);
              model = written(model, at, fresh);
            }
            default -> {
              room.map.truncate(holder, at);
              model = Arrays.copyOf(model, at);
            }
          }
          for (int k = 0; k < loans.size(); k++) {
            assertThat(loans.get(k).bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .isEqualTo(lent.get(k));
          }
          assertThat(room.map.size()).isEqualTo(model.length);
        }
        assertThat(room.read(0, model.length + 1)).isEqualTo(model);
        room.map.flush(holder);
        assertThat(room.backing.bytes()).isEqualTo(model);
      } finally {
        CacheRoom.release(loans);
        room.map.close(holder);
        room.cache.release(holder);
      }
      return room.tally.stolen();
    }
  }

  /// Gives a few pages, some of which others know.
  private static byte[] give(Gen gen, CacheRoom room, Holder holder, byte[] model, int at, int i)
      throws Exception {
    List<PageRef> pages = new ArrayList<>();
    List<PageRef> known = new ArrayList<>();
    int length = 0;
    for (int left = gen.in(1, 3); left > 0; left--) {
      int bytes = gen.bool() ? gen.pick(1, 2, 4) * Run.SIZE : gen.in(1, 3 * Run.SIZE);
      PageRef page = page(gen, room, bytes, Pattern.version(i) + length);
      if (page == null) {
        break;
      }
      pages.add(page);
      if (gen.oneIn(4)) {
        known.add(page.lend(0, page.length()));
      }
      length += bytes;
    }
    byte[] fresh = Pattern.bytes(Pattern.version(i), length);
    IovIter source = PipeSourceIter.gift(pages.toArray(PageRef[]::new));
    assertThat(room.map.write(holder, at, source, room.tally)).isEqualTo(length);
    assertThat(source.count()).isZero();
    CacheRoom.release(known);
    return length == 0 ? model : written(model, at, fresh);
  }

  private static @Nullable PageRef page(Gen gen, CacheRoom room, int bytes, long from)
      throws IOException {
    PageRef page = room.pool.tryTake(bytes, gen.pick(FolioClass.values()));
    if (page != null) {
      page.trim(bytes);
      Pattern.fill(page.target(), from);
      page.publish(bytes);
    }
    return page;
  }

  private static byte[] written(byte[] model, int at, byte[] fresh) {
    byte[] after = Arrays.copyOf(model, Math.max(model.length, at + fresh.length));
    System.arraycopy(fresh, 0, after, at, fresh.length);
    return after;
  }
}
