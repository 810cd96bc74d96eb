package ropewalk.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;

/// Every interleaving of what happens under the pipe's locks. Between two of these steps a real
/// thread can be stopped anywhere, and nothing else can be: so the orders of steps are all there
/// is.
///
/// ```
///   actor 0   take the rest . put it back          ends of calls: what each took, appended, saw
///   actor 1   offer . close the source      ==>    bytes that came out, in order, once
///   actor 2   in hand . give back                  pool full, nobody has anything in hand
/// ```
///
/// Steps of calls that work without the lock in between are taken apart as the calls have them
/// (Writing, Reading, [Hold]); bytes are numbered by who sent them.
@SuppressWarnings("NullAway.Init") // by play()
final class InterleavingTest {

  /// One thing that is done under the lock; false if it could not be done and the call would wait
  /// or fail there.
  private interface Locked {
    boolean run() throws IOException;
  }

  private final List<Integer> drained = new ArrayList<>();
  private FolioPool pool;
  private Pipe pipe;
  private Pipe other;

  private PageRef page(int... bytes) throws IOException {
    PageRef page = pool.take(bytes.length, FolioClass.RING);
    for (int i = 0; i < bytes.length; i++) {
      page.target().set(ValueLayout.JAVA_BYTE, i, (byte) bytes[i]);
    }
    page.publish(bytes.length);
    return page;
  }

  /// Plays the actors' steps in every order, each time in fresh pipes; answers how many orders.
  private int play(int slots, Scene scene) throws IOException {
    try (FolioPool shared = FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0))) {
      pool = shared;
      return Gen.exhaust(
          gen -> {
            drained.clear();
            pipe = Pipe.open(shared, slots);
            other = Pipe.open(shared, slots);
            List<List<Locked>> actors = new ArrayList<>();
            for (Locked[] steps : scene.actors()) {
              actors.add(new ArrayList<>(List.of(steps)));
            }
            while (true) {
              List<List<Locked>> able = actors.stream().filter(it -> !it.isEmpty()).toList();
              if (able.isEmpty()) {
                break;
              }
              able.get(gen.in(0, able.size() - 1)).removeFirst().run();
            }
            drainAll(pipe);
            drainAll(other);
            scene.check();
            pipe.close();
            other.close();
            assertThat(shared.complaints()).isEmpty();
          });
    }
  }

  private interface Scene {
    Locked[][] actors() throws IOException;

    void check();
  }

  private void drainAll(Pipe from) {
    for (PageRef ref = from.poll(); ref != null; ref = from.poll()) {
      drained(ref);
    }
  }

  private void drained(PageRef ref) {
    for (int i = 0; i < ref.length(); i++) {
      drained.add((int) ref.bytes().get(ValueLayout.JAVA_BYTE, i));
    }
    ref.close();
  }

  private boolean offer(int... bytes) throws IOException {
    PageRef page = page(bytes);
    boolean isTaken = false;
    try {
      isTaken = pipe.offer(page);
    } catch (IOException closed) {
      assertThat(pipe.ready()).isNotZero();
    }
    if (!isTaken) {
      page.close();
    }
    return isTaken;
  }

  /// Bytes below 10 are the first sender's, and so on; each sender's come in its order.
  private void expectOrder() {
    for (int sender = 0; sender < 100; sender += 10) {
      int from = sender;
      assertThat(drained.stream().filter(it -> it >= from && it < from + 10).toList()).isSorted();
    }
    assertThat(drained).doesNotHaveDuplicates();
  }

  @Test
  @DisplayName(
      "invariant 5: a write that appends, beside one that offers, one that drains, a resize")
  void appendingBesideAll() throws IOException {
    int orders =
        play(
            4,
            new Scene() {
              private @Nullable PageRef rest;
              private long mark;

              @Override
              public Locked[][] actors() throws IOException {
                PageRef whole = pool.take(4096, FolioClass.RING);
                whole.target().set(ValueLayout.JAVA_BYTE, 0, (byte) 0);
                PageRef head = whole.splitHead(1);
                head.publish(1);
                pipe.ring.append(head, Pipe.PLAIN, whole);
                return new Locked[][] {
                  {
                    () -> {
                      rest = pipe.ring.takeRest(1);
                      mark = pipe.ring.mark();
                      return true;
                    },
                    () -> {
                      PageRef left = rest;
                      if (left == null) {
                        return offer(1);
                      }
                      left.target().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                      PageRef more = left.splitHead(1);
                      more.publish(1);
                      if (!pipe.ring.putRest(mark, more, left)) {
                        pipe.ring.append(more, Pipe.PLAIN, left);
                      }
                      return true;
                    },
                  },
                  {() -> offer(10), () -> offer(11)},
                  {
                    () -> {
                      PageRef first = pipe.poll();
                      if (first != null) {
                        drained(first);
                      }
                      return true;
                    },
                    () -> pipe.ring.resize(8) && pipe.ring.resize(4),
                  },
                };
              }

              @Override
              public void check() {
                assertThat(drained).containsExactlyInAnyOrder(0, 1, 10, 11);
                expectOrder();
              }
            });
    assertThat(orders).isEqualTo(90);
  }

  @Test
  @DisplayName("R-14: what one drain has in hand comes back in front, whoever fills or drains too")
  void inHandBesideAll() throws IOException {
    Hold hold = new Hold(4);
    int orders =
        play(
            4,
            new Scene() {
              private long inHand;

              @Override
              public Locked[][] actors() throws IOException {
                assertThat(offer(0, 1)).isTrue();
                assertThat(offer(2, 3)).isTrue();
                return new Locked[][] {
                  {
                    () -> {
                      inHand = hold.take(pipe, 1);
                      return true;
                    },
                    () -> sinkTakes(hold, inHand),
                    () -> giveBack(hold, inHand),
                  },
                  {() -> offer(10), () -> offer(11)},
                  {() -> pollOne(), () -> pollOne()},
                };
              }

              @Override
              public void check() {
                expectOrder();
                assertThat(drained).contains(0, 1, 2, 3);
              }
            });
    hold.close();
    assertThat(orders).isEqualTo(210);
  }

  @Test
  @DisplayName("R-14: either end may close while a drain has the front in hand")
  void closingBesideADrain() throws IOException {
    Hold hold = new Hold(4);
    int orders =
        play(
            2,
            new Scene() {
              private long inHand;
              private boolean ended;

              @Override
              public Locked[][] actors() throws IOException {
                ended = false;
                assertThat(offer(0, 1)).isTrue();
                assertThat(offer(2)).isTrue();
                return new Locked[][] {
                  {
                    () -> {
                      inHand = hold.take(pipe, 9);
                      return true;
                    },
                    () -> {
                      ended |= inHand > 0 && !pipe.isBroken() && pipe.isEnded();
                      return sinkTakes(hold, inHand);
                    },
                    () -> giveBack(hold, inHand),
                  },
                  {
                    () -> {
                      pipe.closeSource();
                      return true;
                    },
                    () -> offer(10),
                  },
                  {
                    () -> {
                      pipe.closeSink();
                      return true;
                    }
                  },
                };
              }

              @Override
              public void check() {
                assertThat(ended).as("ended while bytes were in hand").isFalse();
                expectOrder();
                assertThat(pipe.isEnded()).isTrue();
              }
            });
    hold.close();
    assertThat(orders).isEqualTo(60);
  }

  @Test
  @DisplayName("invariant 8: tee and moveTo beside a drain and a close of the target")
  void teeBesideAll() throws IOException {
    int orders =
        play(
            2,
            new Scene() {
              @Override
              public Locked[][] actors() throws IOException {
                assertThat(offer(0, 1)).isTrue();
                assertThat(offer(2)).isTrue();
                return new Locked[][] {
                  {() -> pass(false, 1), () -> pass(true, 2)},
                  {() -> pollOne(), () -> offer(10), () -> pipe.resize(4) == 4},
                  {
                    () -> {
                      other.closeSink();
                      return true;
                    }
                  },
                };
              }

              @Override
              public void check() {
                List<Integer> seen = new ArrayList<>(drained);
                seen.removeIf(it -> it >= 10);
                assertThat(seen).as("by poll, or teed besides").hasSizeLessThanOrEqualTo(4);
                assertThat(other.bytes()).isZero();
              }
            });
    assertThat(orders).isEqualTo(60);
  }

  private boolean pass(boolean move, long limit) throws IOException {
    try {
      long n =
          move
              ? pipe.moveTo(other, limit, Pipe.NONBLOCK, Pipe.FOREVER)
              : pipe.tee(other, limit, Pipe.NONBLOCK, Pipe.FOREVER);
      return n > 0;
    } catch (BrokenPipeException closed) {
      return false;
    }
  }

  private boolean pollOne() {
    PageRef first = pipe.poll();
    if (first != null) {
      drained(first);
    }
    return first != null;
  }

  /// A sink that accepts one byte of what is in hand.
  private boolean sinkTakes(Hold hold, long inHand) {
    if (inHand > 0) {
      PageRef first = Objects.requireNonNull(hold.pipe().peek());
      drained.add((int) first.bytes().get(ValueLayout.JAVA_BYTE, 0));
      hold.pipe().consume(1);
    }
    return inHand > 0;
  }

  private static boolean giveBack(Hold hold, long inHand) {
    if (inHand > 0) {
      hold.giveBack();
    }
    return inHand > 0;
  }
}
