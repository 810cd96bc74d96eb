package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// A map against a byte array, with loans held across everything that happens (invariant 4).
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileMapProperties {
  /// A few runs, and an end inside of one.
  private static final int SIZE_MAX = 5 * Run.SIZE + 1234;

  /// What was lent, and what it was when it was lent.
  private record Loan(List<PageRef> refs, ByteBuffer bytes) {}

  @Test
  void invariant4_behavesLikeAnArrayAndLentBytesNeverChange() {
    Gen.check(60, FileMapProperties::run);
  }

  @Test
  void invariant4_withWritesThatWaitAndHoldersThatComeAndGo() {
    Gen.check(120, FileMapProperties::runBack);
  }

  /// As [#run], but each write is by one of three who have the file open, and what they write waits
  /// for a flush, a limit or the background.
  private static void runBack(Gen gen) throws Exception {
    byte[] model = Pattern.bytes(0, (int) gen.edgy(0, SIZE_MAX));
    long cacheBytes = gen.pick(2L, 6L, 16L) * Run.SIZE;
    long hard = gen.in(0, cacheBytes / 2);
    WritebackLimits limits =
        new WritebackLimits(
            gen.in(0, hard), hard, gen.bool() ? Duration.ofMillis(1) : Duration.ofHours(1));
    List<Loan> loans = new ArrayList<>();
    try (CacheRoom room = new CacheRoom(cacheBytes, 8 << 20, model, limits, Writing.BACK)) {
      Holder[] writers = {room.holder, room.open(Writing.THROUGH), room.open(Writing.BACK)};
      if (gen.bool()) {
        room.backing.readable = asked -> Math.max(1, asked / 3);
        room.backing.writable = asked -> Math.max(1, asked / 2);
      }
      try {
        for (int i = 1; i <= 40; i++) {
          model = stepBack(gen, room, writers[(int) gen.below(3)], model, loans, i);
          verify(loans);
          assertThat(room.map.size()).isEqualTo(model.length);
        }
        assertThat(room.read(0, model.length + 1)).isEqualTo(model);
        room.map.sync(room.holder, false);
        assertThat(room.backing.bytes()).isEqualTo(model);
        assertThat(room.backing.medium()).isEqualTo(model);
        assertThat(room.cache.stats().unwritten()).isZero();
      } finally {
        loans.forEach(loan -> CacheRoom.release(loan.refs()));
        room.cache.release(writers[1]);
        room.cache.release(writers[2]);
      }
    }
  }

  private static byte[] stepBack(
      Gen gen, CacheRoom room, Holder writer, byte[] model, List<Loan> loans, int i)
      throws Exception {
    int at = (int) gen.edgy(0, SIZE_MAX);
    int length = (int) gen.edgy(0, gen.bool() ? 5000 : 2 * Run.SIZE);
    switch ((int) gen.below(10)) {
      case 0, 1 -> assertThat(room.read(at, length)).isEqualTo(part(model, at, length));
      case 2 -> {
        List<PageRef> refs = room.lend(at, length);
        byte[] bytes = CacheRoom.bytes(refs);
        loans.add(new Loan(refs, ByteBuffer.wrap(bytes)));
        assertThat(bytes).isEqualTo(part(model, at, bytes.length));
      }
      case 3, 4, 5 -> {
        byte[] fresh = Pattern.bytes(Pattern.version(i), length);
        assertThat(room.write(writer, at, fresh)).isEqualTo(length);
        return length == 0 ? model : written(model, at, fresh);
      }
      case 6 -> {
        room.map.truncate(writer, at);
        return Arrays.copyOf(model, at);
      }
      case 7 -> room.map.flush(writer, at, length);
      case 8 -> room.map.revalidate(room.backing);
      default -> {
        if (gen.bool()) {
          room.cache.drop();
        } else if (!loans.isEmpty()) {
          CacheRoom.release(loans.remove((int) gen.below(loans.size())).refs());
        }
      }
    }
    return model;
  }

  private static byte[] written(byte[] model, int at, byte[] fresh) {
    byte[] after = Arrays.copyOf(model, Math.max(model.length, at + fresh.length));
    System.arraycopy(fresh, 0, after, at, fresh.length);
    return after;
  }

  private static void run(Gen gen) throws Exception {
    byte[] model = Pattern.bytes(0, (int) gen.edgy(0, SIZE_MAX));
    // Sometimes too small for the file, so that runs come and go.
    long cacheBytes = gen.pick(1L, 3L, 16L) * Run.SIZE;
    List<Loan> loans = new ArrayList<>();
    try (CacheRoom room = new CacheRoom(cacheBytes, 8 << 20, model)) {
      room.backing.isSparse = gen.bool();
      if (gen.bool()) {
        room.backing.readable = asked -> gen.in(1, asked);
        room.backing.writable = asked -> gen.in(1, asked);
      }
      try {
        for (int i = 1; i <= 40; i++) {
          model = step(gen, room, model, loans, i);
          verify(loans);
          assertThat(room.map.size()).isEqualTo(model.length);
        }
        assertThat(room.read(0, model.length + 1)).isEqualTo(model);
        assertThat(room.backing.bytes()).isEqualTo(model);
        assertThat(room.cache.stats().bytes()).isLessThanOrEqualTo(cacheBytes);
      } finally {
        loans.forEach(loan -> CacheRoom.release(loan.refs()));
      }
    }
  }

  private static byte[] step(Gen gen, CacheRoom room, byte[] model, List<Loan> loans, int i)
      throws Exception {
    int at = (int) gen.edgy(0, SIZE_MAX);
    int length = (int) gen.edgy(0, gen.bool() ? 5000 : 2 * Run.SIZE);
    switch ((int) gen.below(8)) {
      case 0, 1 -> assertThat(room.read(at, length)).isEqualTo(part(model, at, length));
      case 2, 3 -> {
        List<PageRef> refs = room.lend(at, length);
        byte[] bytes = CacheRoom.bytes(refs);
        loans.add(new Loan(refs, ByteBuffer.wrap(bytes)));
        assertThat(bytes).isEqualTo(part(model, at, bytes.length));
        assertThat(bytes.length > 0).isEqualTo(length > 0 && at < model.length);
      }
      case 4, 5 -> {
        byte[] fresh = Pattern.bytes(Pattern.version(i), length);
        assertThat(room.write(at, fresh)).isEqualTo(length);
        if (length == 0) {
          return model;
        }
        return written(model, at, fresh);
      }
      case 6 -> {
        room.map.truncate(room.holder, at);
        return Arrays.copyOf(model, at);
      }
      default -> {
        if (gen.oneIn(3)) {
          room.cache.drop();
        } else if (gen.oneIn(3)) {
          byte[] foreign = Pattern.bytes(Pattern.version(100 + i), at);
          room.backing.become(foreign);
          room.map.revalidate(room.backing);
          return foreign;
        } else if (!loans.isEmpty()) {
          CacheRoom.release(loans.remove((int) gen.below(loans.size())).refs());
        }
      }
    }
    return model;
  }

  private static byte[] part(byte[] model, int at, int length) {
    int end = Math.min(model.length, at + length);
    return at >= end ? new byte[0] : Arrays.copyOfRange(model, at, end);
  }

  private static void verify(List<Loan> loans) {
    for (Loan loan : loans) {
      assertThat(CacheRoom.bytes(loan.refs())).isEqualTo(loan.bytes().array());
    }
  }
}
