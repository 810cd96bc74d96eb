package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;
import ropewalk.testkit.Pattern;

/// A source that is short, blocks, ends or fails at every possible byte, and a sink likewise, each
/// with each: no byte arrives twice, none is lost without a word, and nothing is left behind (the
/// audit after each test counts pages, loans, charges and descriptors). Invariants 8 and 10.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EveryByteTest {
  /// Enough for two pieces on either side of any border, small enough for all pairs of borders.
  private static final int SIZE = 11;

  /// What a mood of [Mood#FAILS] throws.
  private static final class Broken extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /// Longer than it takes the other side to come and wait.
  private static final long PAUSE_NANOS = 20_000;

  /// What happens at the byte.
  enum Mood {
    SHORT,
    BLOCKS,
    FAILS
  }

  @TempDir Path directory;

  private static Ropewalk open(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(1 << 20)
        .plan(PoolPlan.of(2 << 20, 2 << 20))
        .open();
  }

  /// Brings the pattern, and at byte `at` has its mood.
  private static final class MoodySource implements Source {
    private final FolioPool pool;
    private final int at;
    private final Mood mood;
    private final boolean canUnread;
    private int position;
    private boolean isOver;

    MoodySource(FolioPool pool, int at, Mood mood, boolean canUnread) {
      this.pool = pool;
      this.at = at;
      this.mood = mood;
      this.canUnread = canUnread;
    }

    @Override
    public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
      if (position == at && !isOver) {
        isOver = mood != Mood.FAILS;
        if (mood == Mood.FAILS) {
          throw new Broken();
        }
        if (mood == Mood.BLOCKS) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
      if (position == SIZE) {
        return END;
      }
      int end = position < at ? at : SIZE;
      int length = (int) Math.min(end - position, limit);
      PageRef page = pool.take(length, FolioClass.RING);
      Pattern.fill(page.target().asSlice(0, length), position);
      page.publish(length);
      pipe.push(page);
      position += length;
      return length;
    }

    @Override
    public boolean canUnread() {
      return canUnread;
    }

    @Override
    public void unread(long bytes) {
      position -= (int) bytes;
    }

    @Override
    public String wayIn() {
      return "moody";
    }

    @Override
    public void close() {}
  }

  /// Takes bytes, and at byte `at` has its mood.
  private static final class MoodySink implements Sink {
    private final int at;
    private final Mood mood;
    private boolean isOver;
    final ByteArrayOutputStream got = new ByteArrayOutputStream();

    MoodySink(int at, Mood mood) {
      this.at = at;
      this.mood = mood;
    }

    @Override
    public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
      long taken = 0;
      while (taken < limit) {
        if (got.size() == at && !isOver) {
          if (taken > 0) {
            return taken; // what failed or would block after the first byte is for the next call
          }
          if (mood == Mood.FAILS) {
            throw new Broken();
          }
          isOver = true;
          if (mood == Mood.BLOCKS) {
            LockSupport.parkNanos(PAUSE_NANOS);
          }
        }
        PageRef first = pipe.peek();
        if (first == null) {
          break;
        }
        int room = got.size() < at ? at - got.size() : Integer.MAX_VALUE;
        int length = (int) Math.min(Math.min(first.length(), limit - taken), room);
        byte[] bytes = new byte[length];
        MemorySegment.copy(first.bytes(), 0, MemorySegment.ofArray(bytes), 0, length);
        got.writeBytes(bytes);
        pipe.consume(length);
        taken += length;
      }
      return taken;
    }

    @Override
    public String wayOut() {
      return "moody";
    }

    @Override
    public void close() {}
  }

  @Test
  @DisplayName("R-15: every mood at every byte of a source with every mood at every byte of a sink")
  void eachWithEach() throws IOException {
    try (Ropewalk walk = open(Engine.Choice.EPOLL)) {
      for (boolean canUnread : new boolean[] {false, true}) {
        for (Mood bringing : Mood.values()) {
          for (Mood taking : Mood.values()) {
            for (int pair = 0; pair < (SIZE + 1) * (SIZE + 1); pair++) {
              var source = new MoodySource(walk.pool(), pair % (SIZE + 1), bringing, canUnread);
              var sink = new MoodySink(pair / (SIZE + 1), taking);
              check(walk, source, sink);
            }
          }
        }
      }
    }
  }

  private static void check(Ropewalk walk, MoodySource source, MoodySink sink) {
    String which =
        "source %s at %d, sink %s at %d".formatted(source.mood, source.at, sink.mood, sink.at);
    long accepted;
    long lost = 0;
    boolean isWhole = false;
    try {
      accepted = walk.move(source, sink).accepted();
      isWhole = true;
    } catch (MoveException e) {
      accepted = e.soFar().accepted();
      lost = e.lost();
      assertThat(e).as(which).hasRootCauseInstanceOf(Broken.class);
    } catch (IOException e) {
      throw new AssertionError(which, e);
    }
    boolean fails = (source.mood == Mood.FAILS) || (sink.mood == Mood.FAILS && sink.at < SIZE);
    assertThat(isWhole).as(which).isEqualTo(!fails);
    Pattern.verify(sink.got.toByteArray(), 0);
    assertThat(sink.got.size()).as(which).isEqualTo((int) accepted);
    assertThat(source.position)
        .as(which + ": brought, accepted or lost")
        .isEqualTo(accepted + lost);
    if (source.canUnread) {
      assertThat(lost).as(which).isZero();
    }
  }

  /// The same with a real socket as the source: its peer pauses, ends or resets at every byte.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void socketsOnBothEngines(Engine.Choice choice) throws Exception {
    try (Ropewalk walk = open(choice);
        Listener listener = walk.listen("unix:" + directory.resolve("s"))) {
      for (int at = 0; at <= SIZE; at++) {
        for (Mood taking : Mood.values()) {
          for (int border = 0; border <= SIZE; border++) {
            paused(walk, listener, at, new MoodySink(border, taking));
          }
        }
      }
    }
  }

  private static void paused(Ropewalk walk, Listener listener, int at, MoodySink sink)
      throws Exception {
    try (Socket near = walk.connect(listener.address().toString());
        Socket far = listener.accept()) {
      send(far, 0, at);
      Thread rest =
          Thread.ofVirtual()
              .start(
                  () -> {
                    LockSupport.parkNanos(PAUSE_NANOS);
                    try {
                      send(far, at, SIZE);
                      far.shutdownOutput();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      long accepted;
      long lost = 0;
      try {
        accepted = walk.move(near, sink, MoveOptions.DEFAULT.withRoute("pages")).accepted();
        assertThat(accepted).isEqualTo(SIZE);
      } catch (MoveException e) {
        accepted = e.soFar().accepted();
        lost = e.lost();
        assertThat(sink.mood).isEqualTo(Mood.FAILS);
        assertThat(accepted).isEqualTo(sink.at);
      }
      rest.join();
      assertThat(sink.got.size()).isEqualTo((int) accepted);
      Pattern.verify(sink.got.toByteArray(), 0);
      // What was neither accepted nor lost still waits in the socket.
      long waiting = 0;
      ByteBuffer one = ByteBuffer.allocate(1);
      var channel = near.channel(new Tally());
      while (channel.read(one.clear()) == 1) {
        assertThat(one.get(0)).isEqualTo(Pattern.at(accepted + lost + waiting));
        waiting++;
      }
      assertThat(accepted + lost + waiting).isEqualTo(SIZE);
    }
  }

  private static void send(Socket socket, int from, int to) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Pattern.bytes(from, to - from));
    var channel = socket.channel(new Tally());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
