package ropewalk.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.KernelPipes;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Pattern;

/// A move goes on or ends: at each step bytes pass or somebody says why not. Ends that break their
/// contract are met with an error, never with a loop and never with a move that looks whole.
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProgressTest {
  private FolioPool pool;
  private Engine engine;
  private KernelPipes pipes;
  private Splice splice;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 2 << 20));
    engine = Engine.open(HostSyscalls.host(), Engine.Choice.EPOLL);
    pipes = new KernelPipes(HostSyscalls.host(), KernelPipes.SIZE, 1);
    splice = new Splice(engine, pipes, Prices.NONE);
  }

  @AfterEach
  void close() {
    pipes.close();
    engine.close();
    pool.close();
  }

  /// Brings `length` bytes of the pattern in pieces, and says that `claimed` are to come.
  private class Pieces implements Source {
    private final long length;
    private final long claimed;
    private final boolean canUnread;
    long done;

    Pieces(long length, long claimed, boolean canUnread) {
      this.length = length;
      this.claimed = claimed;
      this.canUnread = canUnread;
    }

    @Override
    public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
      int count = (int) Math.min(Math.min(limit, 1_000), length - done);
      if (count == 0) {
        return END;
      }
      PageRef ref = pool.take(count, FolioClass.RING);
      Pattern.fill(ref.target().asSlice(0, count), done);
      ref.publish(count);
      pipe.push(ref);
      done += count;
      return count;
    }

    @Override
    public boolean canUnread() {
      return canUnread;
    }

    @Override
    public void unread(long bytes) {
      done -= bytes;
    }

    @Override
    public long remaining() {
      return claimed - done;
    }

    @Override
    public String wayIn() {
      return "pieces";
    }

    @Override
    public void close() {}
  }

  /// Holds back what it is told is not the end, as TCP does, until it is told.
  private static class Holding implements Sink {
    final java.io.ByteArrayOutputStream sent = new java.io.ByteArrayOutputStream();
    private final java.io.ByteArrayOutputStream held = new java.io.ByteArrayOutputStream();

    @Override
    public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
      long drained = 0;
      for (PageRef ref = pipe.peek(); ref != null && drained < limit; ref = pipe.peek()) {
        int count = (int) Math.min(ref.length(), limit - drained);
        held.writeBytes(ref.bytes().asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
        pipe.consume(count);
        drained += count;
      }
      if (!more) {
        finish();
      }
      return drained;
    }

    @Override
    public void finish() throws IOException {
      held.writeTo(sent);
      held.reset();
    }

    @Override
    public String wayOut() {
      return "hold";
    }

    @Override
    public void close() {}
  }

  /// Takes nothing, and says so without an error.
  private static final class Stuck extends Holding {
    @Override
    public long drain(Pipe pipe, long limit, boolean more, Tally tally) {
      return 0;
    }
  }

  @Test
  @DisplayName("R-17: what a source announced and did not bring is not waited for by the sink")
  void theLastPieceIsNotHeldBack() throws Exception {
    Holding sink = new Holding();
    Moved moved = splice.move(new Pieces(2_500, 1 << 20, true), sink, MoveOptions.DEFAULT);
    assertThat(moved.accepted()).isEqualTo(2_500);
    assertThat(sink.sent.toByteArray()).isEqualTo(Pattern.bytes(0, 2_500));
  }

  @Test
  @DisplayName("R-17: what the caller says he will go on with is held back")
  void moreIsPassedOn() throws Exception {
    Holding sink = new Holding();
    splice.move(new Pieces(2_500, 2_500, true), sink, MoveOptions.DEFAULT.withMore());
    assertThat(sink.sent.size()).isZero();
    splice.move(new Pieces(10, 10, true), sink, MoveOptions.DEFAULT);
    assertThat(sink.sent.size()).isEqualTo(2_510);
  }

  @Test
  @DisplayName("R-57: a sink that takes nothing and says nothing fails the move")
  void aSinkThatTakesNothingIsAnError() {
    for (boolean canUnread : new boolean[] {true, false}) {
      Pieces source = new Pieces(2_500, 2_500, canUnread);
      assertThatThrownBy(() -> splice.move(source, new Stuck(), MoveOptions.DEFAULT))
          .isInstanceOfSatisfying(
              MoveException.class,
              e -> {
                assertThat(e.soFar().accepted()).isZero();
                assertThat(e.lost()).isEqualTo(canUnread ? 0 : 1_000);
              })
          .hasMessageContaining("took nothing");
      assertThatThrownBy(() -> splice.splice(source, new Stuck(), MoveOptions.DEFAULT))
          .isInstanceOf(MoveException.class);
    }
  }

  @Test
  @DisplayName("R-57: a source that brings nothing and has not ended fails the move")
  void aSourceThatBringsNothingIsAnError() {
    Source nothing =
        new Pieces(1, 1, true) {
          @Override
          public long fill(Pipe pipe, long limit, Tally tally) {
            return 0;
          }
        };
    assertThatThrownBy(() -> splice.move(nothing, new Holding(), MoveOptions.DEFAULT))
        .isInstanceOf(MoveException.class)
        .hasMessageContaining("brought nothing");
  }

  @Test
  @DisplayName("R-12: of nothing nobody is asked")
  void aLimitOfZeroAsksNobody() throws Exception {
    Source untouched =
        new Pieces(1, 1, true) {
          @Override
          public long fill(Pipe pipe, long limit, Tally tally) {
            throw new AssertionError("asked for " + limit);
          }
        };
    MoveOptions none = MoveOptions.DEFAULT.withLimit(0);
    assertThat(splice.move(untouched, new Stuck(), none).accepted()).isZero();
    assertThat(splice.splice(untouched, new Stuck(), none).accepted()).isZero();
  }

  @Test
  @DisplayName("R-14: a long move can be interrupted, between steps")
  void anInterruptEndsALongMove() throws Exception {
    Pieces longOne = new Pieces(4_000_000, Long.MAX_VALUE, true);
    MoveException[] failure = {null};
    boolean[] isStillSet = {false};
    Holding sink =
        new Holding() {
          @Override
          public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
            if (longOne.done >= 100_000) {
              Thread.currentThread().interrupt();
            }
            return super.drain(pipe, limit, more, tally);
          }
        };
    Thread mover =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    splice.move(longOne, sink, MoveOptions.DEFAULT);
                  } catch (MoveException e) {
                    failure[0] = e;
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                  isStillSet[0] = Thread.currentThread().isInterrupted();
                });
    mover.join();
    assertThat(failure[0]).hasCauseInstanceOf(InterruptedIOException.class);
    assertThat(failure[0].soFar().accepted()).isEqualTo(100_000).isEqualTo(longOne.done);
    assertThat(isStillSet[0]).isTrue();
  }

  @Test
  @DisplayName("R-14: an interrupt does not take the last step back")
  void aMoveThatIsDoneIsDone() throws Exception {
    Thread mover =
        Thread.ofVirtual()
            .unstarted(
                () -> {
                  Thread.currentThread().interrupt();
                  try {
                    Moved moved =
                        splice.move(
                            new Pieces(900, 900, true),
                            new Holding(),
                            MoveOptions.DEFAULT.withLimit(900));
                    assertThat(moved.accepted()).isEqualTo(900);
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    Throwable[] thrown = {null};
    mover.setUncaughtExceptionHandler((thread, e) -> thrown[0] = e);
    mover.start();
    mover.join();
    assertThat(thrown[0]).isNull();
  }

  @Test
  @DisplayName("R-31: a negative limit is refused, not taken for a huge one")
  void negativeLimitsAreRefused() {
    assertThatThrownBy(() -> MoveOptions.DEFAULT.withLimit(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }
}
