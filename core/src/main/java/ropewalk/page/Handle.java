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
/// | `life` | [#begin] | release: whoever meets the open handle sees what it refers to |
/// | `life` | [#end] | volatile compare-and-set: of many who release, one succeeds |
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

  /// A closed handle that rests in `home` between its lives.
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

  /// Begins a life; the handle is closed and nobody else has it.
  final void begin() {
    LIFE.setRelease(this, life + 1);
  }

  /// Ends this life, if nobody has done so before.
  final boolean end() {
    int now = life;
    return (now & 1) != 0 && LIFE.compareAndSet(this, now, now + 1);
  }

  /// Where it rests.
  final Handles.Stripe home() {
    return home;
  }
}
