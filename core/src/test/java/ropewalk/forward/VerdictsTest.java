package ropewalk.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.page.Provenance;
import ropewalk.pipe.BrokenPipeException;
import ropewalk.pipe.Pipe;
import ropewalk.splice.PipeSink;
import ropewalk.splice.PipeSource;
import ropewalk.testkit.Pattern;

/// What goes wrong between a parser, a judge and sinks, and what is left where.
@Timeout(60)
class VerdictsTest {
  /// A message is its first byte in length.
  private static final Parser SHORT = front -> front.at(0);

  private final Tally tally = new Tally();
  private FolioPool pool;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(8 << 20, 1 << 20));
  }

  @AfterEach
  void close() {
    pool.close();
  }

  /// A stream of messages of these lengths.
  private static byte[] stream(int... lengths) {
    byte[] bytes = Pattern.bytes(0, Arrays.stream(lengths).sum());
    int at = 0;
    for (int length : lengths) {
      bytes[at] = (byte) length;
      at += length;
    }
    return bytes;
  }

  private Pieces whole(byte[] bytes) {
    return new Pieces(pool, bytes, bytes.length == 0 ? List.of() : List.of(bytes.length));
  }

  @Test
  void messagesThatGoTheSameWayGoInOneCall() throws IOException {
    Collector target = new Collector("target");
    Action action = Action.redirect(target);
    int[] lengths = new int[50];
    Arrays.fill(lengths, 20);
    try (Verdicts verdicts = Verdicts.of(pool, whole(stream(lengths)), SHORT, message -> action)) {
      verdicts.run(tally);
      assertThat(verdicts.stats()).isEqualTo(new VerdictStats(50, 50, 0, 0, 1000, 0));
    }
    assertThat(target.bytes()).isEqualTo(stream(lengths));
    assertThat(target.drains).isOne();
    assertThat(tally.copiedUser()).isZero();
  }

  @Test
  void aFailureNamesTheSinkAndOneMessage() throws IOException {
    List<Long> takes = new ArrayList<>(List.of(25L, 0L, 0L));
    Collector target =
        new Collector("the target", most -> takes.isEmpty() ? most : takes.removeFirst());
    Collector own = new Collector("own");
    Action action = Action.redirect(target);
    byte[] bytes = stream(10, 20, 30, 40);
    try (Verdicts verdicts = Verdicts.of(pool, whole(bytes), SHORT, message -> action).own(own)) {
      var failure = catchThrowableOfType(TargetException.class, () -> verdicts.run(tally));
      assertThat(failure.target()).isSameAs(target);
      assertThat(failure.accepted()).isEqualTo(15);
      assertThat(failure.left()).isEqualTo(5);
      assertThat(failure).hasMessageContaining("the target took 15 bytes of a message");
      failure = catchThrowableOfType(TargetException.class, () -> verdicts.run(tally));
      assertThat(failure.left()).as("tried again").isEqualTo(5);
      verdicts.instead(Action.PASS);
      verdicts.run(tally);
      assertThat(verdicts.stats()).isEqualTo(new VerdictStats(4, 4, 5, 0, 95, 0));
    }
    assertThat(own.bytes()).isEqualTo(Arrays.copyOfRange(bytes, 25, 30));
    byte[] there = target.bytes();
    assertThat(Arrays.copyOf(there, 25)).isEqualTo(Arrays.copyOf(bytes, 25));
    assertThat(Arrays.copyOfRange(there, 25, 95)).isEqualTo(Arrays.copyOfRange(bytes, 30, 100));
  }

  @Test
  void whatIsDecidedGoesBeforeAJudgesFailureIsTold() throws IOException {
    Collector own = new Collector("own");
    boolean[] isSick = {true};
    Judge judge =
        message -> {
          if (message.length() == 3 && isSick[0]) {
            throw new IllegalStateException("a judge is sick");
          }
          return Action.PASS;
        };
    byte[] bytes = stream(10, 20, 3, 40);
    try (Verdicts verdicts = Verdicts.of(pool, whole(bytes), SHORT, judge).own(own)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> verdicts.run(tally)).hasMessage("a judge is sick");
        assertThat(own.bytes()).isEqualTo(Arrays.copyOf(bytes, 30));
      }
      isSick[0] = false;
      verdicts.run(tally);
    }
    assertThat(own.bytes()).isEqualTo(bytes);
  }

  @Test
  void aParserThatIsLostLeavesTheRestToBeDecided() throws IOException {
    Collector own = new Collector("own");
    byte[] bytes = stream(10, 20, 30);
    bytes[10] = 0x7f;
    Parser parser = front -> front.at(0) == 0x7f ? -5 : front.at(0);
    try (Verdicts verdicts =
        Verdicts.of(pool, whole(bytes), parser, message -> Action.PASS).own(own)) {
      var failure = catchThrowableOfType(MessageException.class, () -> verdicts.run(tally));
      assertThat(failure.there()).isEqualTo(50);
      assertThat(failure).hasMessageContaining("the parser answered -5");
      assertThatThrownBy(() -> verdicts.instead(Action.DROP))
          .isInstanceOf(IllegalArgumentException.class);
      verdicts.instead(Action.DROP.apply(20));
      verdicts.run(tally);
      assertThat(verdicts.stats()).isEqualTo(new VerdictStats(2, 2, 40, 20, 0, 0));
    }
    assertThat(Arrays.copyOf(own.bytes(), 10)).isEqualTo(Arrays.copyOf(bytes, 10));
    assertThat(Arrays.copyOfRange(own.bytes(), 10, 40))
        .isEqualTo(Arrays.copyOfRange(bytes, 30, 60));
  }

  @Test
  void aParserMayLeaveTheRestToTheReader() throws IOException {
    Collector own = new Collector("own");
    byte[] bytes = stream(10, 20, 30);
    Parser parser = front -> front.at(0) == 20 ? Parser.LEAVE : front.at(0);
    try (Verdicts verdicts =
        Verdicts.of(
                pool,
                new Pieces(pool, bytes, List.of(15, 15, 15, 15)),
                parser,
                message -> Action.DROP)
            .own(own)) {
      verdicts.run(tally);
      assertThat(verdicts.stats()).isEqualTo(new VerdictStats(1, 1, 50, 10, 0, 0));
    }
    assertThat(own.bytes()).isEqualTo(Arrays.copyOfRange(bytes, 10, 60));
  }

  @Test
  void anEndInsideAMessageIsNoEnd() throws IOException {
    for (int there : new int[] {1, 11, 29}) {
      Collector own = new Collector("own");
      byte[] bytes = Arrays.copyOf(stream(10, 20, 30), 30 + there);
      try (Verdicts verdicts =
          Verdicts.of(pool, whole(bytes), SHORT, message -> Action.PASS).own(own)) {
        assertThatThrownBy(() -> verdicts.run(tally))
            .isInstanceOf(MessageException.class)
            .hasMessageContaining("the stream ended inside a message");
      }
      assertThat(own.bytes()).as("what is there goes on").startsWith(Arrays.copyOf(bytes, 30));
    }
  }

  @Test
  void whoWantsTooMuchIsTold() throws IOException {
    byte[] bytes = new byte[3000];
    List<Integer> cuts = Collections.nCopies(300, 10);
    try (Verdicts verdicts =
        Verdicts.of(
                pool, new Pieces(pool, bytes, cuts), front -> Parser.MORE, message -> Action.DROP)
            .lookBytes(1000)) {
      var failure = catchThrowableOfType(MessageException.class, () -> verdicts.run(tally));
      assertThat(failure.there()).isEqualTo(1000);
    }
    try (Verdicts verdicts =
        Verdicts.of(pool, new Pieces(pool, bytes, cuts), message -> Action.cork(1001))
            .lookBytes(1000)) {
      assertThatThrownBy(() -> verdicts.run(tally)).isInstanceOf(MessageException.class);
    }
    try (Verdicts verdicts =
        Verdicts.of(pool, new Pieces(pool, bytes, cuts), message -> Action.cork(10))) {
      assertThatThrownBy(() -> verdicts.run(tally))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("10 are");
    }
  }

  @Test
  void crumbsAreSweptTogetherAndCounted() throws IOException {
    Collector own = new Collector("own");
    byte[] bytes = Pattern.bytes(0, 20_000);
    Judge judge =
        message -> message.there() < 20_000 ? Action.cork(20_000) : Action.PASS.apply(20_000);
    try (Verdicts verdicts =
        Verdicts.of(pool, new Pieces(pool, bytes, Collections.nCopies(20_000, 1)), judge)
            .own(own)) {
      verdicts.run(tally);
      assertThat(verdicts.stats().asked()).isEqualTo(2);
      assertThat(verdicts.stats().swept()).isEqualTo(tally.copiedUser()).isPositive();
    }
    Pattern.verify(own.bytes(), 0);
  }

  @Test
  void provenanceAndChargesSurvive() throws IOException {
    try (PageRef mine = pool.take(9000, FolioClass.RING);
        Pipe from = Pipe.open(pool, 8, 1 << 20);
        Pipe reader = Pipe.open(pool, 8, 1 << 20);
        Pipe other = Pipe.open(pool, 8)) {
      Pattern.fill(mine.target(), 0);
      mine.publish(9000);
      from.push(mine.lend(0, 9000));
      from.closeSource();
      assertThat(from.charged()).isEqualTo(9000);
      Action away = Action.redirect(new PipeSink(other));
      Judge judge =
          message -> message.at(0) == 0 ? Action.PASS.apply(4000) : away.apply(message.there());
      try (Verdicts verdicts =
          Verdicts.of(pool, new PipeSource(from), judge).own(new PipeSink(reader))) {
        verdicts.run(tally);
      }
      assertThat(reader.charged()).isEqualTo(4000);
      assertThat(from.charged()).isZero();
      PageRef passed = Objects.requireNonNull(reader.peek());
      PageRef redirected = Objects.requireNonNull(other.peek());
      assertThat(passed.provenance()).isEqualTo(Provenance.LENT);
      assertThat(redirected.provenance()).isEqualTo(Provenance.LENT);
      assertThat(passed.address()).isEqualTo(mine.address());
      assertThat(redirected.address()).isEqualTo(mine.address() + 4000);
      assertThat(passed.isWritable() || redirected.isWritable()).isFalse();
      assertThat(tally.copiedUser()).isZero();
    }
  }

  @Test
  void aReaderThatLeftIsASinkThatFails() throws IOException {
    try (Pipe reader = Pipe.open(4);
        Verdicts verdicts =
            Verdicts.of(pool, whole(stream(10, 20)), SHORT, message -> Action.PASS)
                .own(new PipeSink(reader))) {
      reader.closeSink();
      assertThatThrownBy(() -> verdicts.run(tally))
          .isInstanceOf(TargetException.class)
          .hasCauseInstanceOf(BrokenPipeException.class);
    }
  }
}
