package ropewalk.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// The lives of a [PageRef]: one object, used again and again, and in each life released once.
///
/// ```
///   life   0      1      2      3      4
///          +------+------+------+------+--->
///          closed  open   closed  open          generation = life / 2
///             begin   end    begin
/// ```
///
/// | access to | by | order |
/// |---|---|---|
/// | `life` | [#tryBegin] | volatile compare-and-set: of many who look for a handle, one gets it |
/// | `life` | [#end] | volatile compare-and-set: of many who release, one succeeds |
/// | `closedAt` | [#end], then [#tryBegin] | none of its own: written before the life ends, read after |
abstract sealed class Handle permits Fragment {

  private static final VarHandle LIFE;

  static {
    try {
      LIFE = MethodHandles.lookup().findVarHandle(Handle.class, "life", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final @Nullable PageRef[] ring;
  private final int[] clocks;
  private final int clock;

  private volatile int life;

  /// The stripe's clock when the last life ended.
  private int closedAt;

  /// A closed handle in a place of `ring`, whose stripe's clock is entry `clock` of `clocks`.
  Handle(@Nullable PageRef[] ring, int[] clocks, int clock) {
    this.ring = ring;
    this.clocks = clocks;
    this.clock = clock;
  }

  /// Which life this is, or, if it is closed, was.
  final int life() {
    return life >>> 1;
  }

  final boolean isLive() {
    return (life & 1) != 0;
  }

  /// Begins a life, if the handle is closed, has rested until `now`, and nobody else begins it. The
  /// caller fills it before anybody else may know of it.
  final boolean tryBegin(int now) {
    int seen = life;
    if ((seen & 1) != 0) {
      return false;
    }
    int rested = now - closedAt;
    // A clock that ran back by more than a rest, because somebody was stopped while he turned it,
    // says nothing.
    boolean isRested = rested >= Handles.QUARANTINE || rested < -Handles.QUARANTINE;
    return isRested && LIFE.compareAndSet(this, seen, seen + 1);
  }

  /// Ends this life, if nobody has done so before. From then on the handle may be anybody's.
  final boolean end() {
    int now = life;
    if ((now & 1) == 0) {
      return false;
    }
    closedAt = clocks[clock];
    return LIFE.compareAndSet(this, now, now + 1);
  }

  /// An open handle that rests where this one does, or null if none is found at once.
  final @Nullable PageRef another() {
    return Handles.next(ring, clocks, clock);
  }
}
