package ropewalk.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Verdicts beside a model that says of each byte where it has to go: random messages, actions and
/// counts, short reads, short writes, sinks that fail and are tried again or replaced. Where bytes
/// go must not depend on how they arrived.
@Timeout(120)
class VerdictsProperties {
  /// Where bytes go: 0 to the own reader, 1 nowhere, 2 and 3 to two sinks.
  private static final int WAYS = 4;

  /// What the judge will say at some place of the stream.
  ///
  /// @param start of the message, or of its rest
  /// @param offset bytes of the message before it
  /// @param length of the message; without a parser unknown
  /// @param way where it goes
  /// @param count for how many bytes; 0 for the message
  /// @param cork how much is wanted before, from here on; 0 for as it comes
  private record Plan(int start, int offset, long length, int way, int count, int cork) {}

  /// Bytes of which some are known later than others.
  private static final class Bytes extends ByteArrayOutputStream {
    void set(int at, int value) {
      buf[at] = (byte) value;
    }
  }

  /// A stream and what should become of it.
  private static final class Stream {
    final Bytes bytes = new Bytes();
    final List<Plan> plans = new ArrayList<>();
    final ByteArrayOutputStream ways = new ByteArrayOutputStream();

    private void put(int way, int length) {
      for (int i = 0; i < length; i++) {
        bytes.write(Pattern.at(bytes.size()));
        ways.write(way);
      }
    }

    /// A message in one or more decisions, perhaps with unread bytes behind it.
    void message(Gen gen) {
      int length = (int) gen.edgy(4, gen.oneIn(8) ? 20_000 : 300);
      int start = bytes.size();
      int offset = 0;
      while (offset < length) {
        int rest = length - offset;
        int way = gen.in(0, WAYS - 1);
        int count = gen.bool() ? 0 : (int) gen.edgy(1, rest + 200);
        int here = count == 0 ? rest : Math.min(count, rest);
        int cork = gen.oneIn(3) ? gen.in(1, length + 10) : 0;
        plans.add(new Plan(start + offset, offset, length, way, count, cork));
        put(way, here);
        put(way, Math.max(0, count - rest));
        offset += here;
      }
      header(start, length);
    }

    private void header(int start, int length) {
      for (int i = 0; i < 4; i++) {
        bytes.set(start + i, length >> (24 - 8 * i));
      }
    }

    /// Bytes whose border only the judge's count says.
    void counted(Gen gen) {
      int count = (int) gen.edgy(1, gen.oneIn(8) ? 20_000 : 300);
      int way = gen.in(0, WAYS - 1);
      int cork = gen.oneIn(3) ? gen.in(1, count) : 0;
      plans.add(new Plan(bytes.size(), 0, 0, way, count, cork));
      put(way, count);
    }
  }

  /// Says what is planned, and looks whether it is shown what is there.
  private static final class Planned implements Judge {
    private final byte[] bytes;
    private final List<Plan> plans;
    private final List<Action> actions;
    private final boolean isParsed;
    private int next;
    private boolean isCorked;

    Planned(byte[] bytes, List<Plan> plans, List<Action> actions, boolean isParsed) {
      this.bytes = bytes;
      this.plans = plans;
      this.actions = actions;
      this.isParsed = isParsed;
    }

    @Override
    public Action judge(Message message) {
      Plan plan = plans.get(next);
      for (long i = 0; i < message.there(); i++) {
        if (message.at(i) != (bytes[plan.start + (int) i] & 0xff)) {
          throw new AssertionError("byte " + i + " of " + message + " for " + plan);
        }
      }
      if (isParsed) {
        assertThat(message.length()).isEqualTo(plan.length);
        assertThat(message.offset()).isEqualTo(plan.offset);
      }
      long most = isParsed ? plan.length - plan.offset : bytes.length - plan.start;
      if (isCorked) {
        assertThat(message.there()).isGreaterThanOrEqualTo(Math.min(plan.cork, most));
      } else if (plan.cork > message.there() && message.there() < most) {
        isCorked = true;
        return Action.cork(plan.cork);
      }
      isCorked = false;
      next++;
      Action action = actions.get(plan.way);
      return plan.count == 0 ? action : action.apply(plan.count);
    }
  }

  private static FolioPool pool() throws IOException {
    return FolioPool.open(HostSyscalls.host(), PoolPlan.of(16 << 20, 1 << 20));
  }

  @Test
  void eachByteGoesWhereItsMessageGoes() throws Exception {
    try (FolioPool pool = pool()) {
      Gen.check(400, gen -> check(gen, pool, gen.bool()));
    }
  }

  private static void check(Gen gen, FolioPool pool, boolean isParsed) throws IOException {
    Stream stream = new Stream();
    for (int i = gen.in(0, 60); i > 0; i--) {
      if (isParsed) {
        stream.message(gen);
      } else {
        stream.counted(gen);
      }
    }
    byte[] bytes = stream.bytes.toByteArray();
    byte[] ways = stream.ways.toByteArray();
    int cut = gen.pick(3, 40, 5000, 100_000);
    List<Integer> cuts = new ArrayList<>();
    for (int left = bytes.length; left > 0; left -= cuts.getLast()) {
      cuts.add(Math.min(left, gen.in(1, cut)));
    }
    int failing = gen.pick(0, 0, 10);
    Collector[] sinks = new Collector[WAYS];
    for (int i = 0; i < WAYS; i++) {
      sinks[i] =
          new Collector(
              "sink " + i,
              most -> failing > 0 && gen.oneIn(failing) ? 0 : gen.bool() ? most : gen.in(1, most));
    }
    List<Action> actions =
        List.of(Action.PASS, Action.DROP, Action.redirect(sinks[2]), Action.redirect(sinks[3]));
    Planned judge = new Planned(bytes, stream.plans, actions, isParsed);
    Pieces source = new Pieces(pool, bytes, cuts);
    Parser parser = front -> front.there() < 4 ? Parser.MORE : front.uint32(0);
    try (Verdicts verdicts =
        isParsed ? Verdicts.of(pool, source, parser, judge) : Verdicts.of(pool, source, judge)) {
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      Tally tally = new Tally();
      boolean isRead = gen.bool();
      if (!isRead) {
        verdicts.own(sinks[0]);
      }
      while (!drive(gen, verdicts, isRead ? read : null, tally, ways)) {
        // a sink failed
      }
      VerdictStats stats = verdicts.stats();
      assertThat(stats.passed() + stats.dropped() + stats.redirected()).isEqualTo(bytes.length);
      assertThat(tally.copiedUser()).isEqualTo(stats.swept());
      demandSame(isRead ? read.toByteArray() : sinks[0].bytes(), of(0, bytes, ways));
      demandSame(sinks[2].bytes(), of(2, bytes, ways));
      demandSame(sinks[3].bytes(), of(3, bytes, ways));
      assertThat(judge.next).isEqualTo(stream.plans.size());
    }
    assertThat(source.isClosed).isTrue();
  }

  /// Runs to the end, or to a failure after which the rest of a message may go another way.
  private static boolean drive(
      Gen gen, Verdicts verdicts, @Nullable ByteArrayOutputStream read, Tally tally, byte[] ways)
      throws IOException {
    try {
      if (read == null) {
        verdicts.run(tally);
        return true;
      }
      try (Pipe pipe = Pipe.open(gen.in(1, 4))) {
        while (verdicts.fill(pipe, gen.pick(1L, 100L, 1L << 40), tally) >= 0) {
          for (PageRef page = pipe.poll(); page != null; page = pipe.poll()) {
            read.writeBytes(page.bytes().toArray(ValueLayout.JAVA_BYTE));
            page.close();
          }
        }
      }
      return true;
    } catch (TargetException e) {
      assertThat(e).hasMessageContaining("sink ");
      if (gen.bool()) {
        VerdictStats stats = verdicts.stats();
        int gone = (int) (stats.passed() + stats.dropped() + stats.redirected());
        verdicts.instead(Action.DROP);
        Arrays.fill(ways, gone, gone + (int) e.left(), (byte) 1);
      }
      return false;
    }
  }

  private static void demandSame(byte[] arrived, byte[] wanted) {
    assertThat(arrived).hasSize(wanted.length);
    assertThat(Arrays.mismatch(arrived, wanted)).as("first wrong byte").isEqualTo(-1);
  }

  private static byte[] of(int way, byte[] bytes, byte[] ways) {
    ByteArrayOutputStream those = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; i++) {
      if (ways[i] == way) {
        those.write(bytes[i]);
      }
    }
    return those.toByteArray();
  }
}
