package ropewalk.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

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

  private final Handles.Stripe home;

  private volatile int life;

  /// The stripe's clock when the last life ended.
  private int closedAt;

  /// A closed handle of `home`'s.
  Handle(Handles.Stripe home) {
    this.home = home;
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
    closedAt = home.now();
    return LIFE.compareAndSet(this, now, now + 1);
  }
}
