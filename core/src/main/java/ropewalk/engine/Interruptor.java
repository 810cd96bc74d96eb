package ropewalk.engine;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Set;

/// Tells a thread that sleeps in the kernel of [Thread#interrupt].
///
/// A platform thread in a native call does not notice an interrupt; the JDK has one public hook for
/// that, and it is meant for selectors: between `begin` and `end` of [AbstractSelector], an
/// interrupt of the calling thread calls `wakeup` on the interrupting one. So this is a selector
/// that selects nothing and whose wake-up is an action. Unlike
/// [java.nio.channels.spi.AbstractInterruptibleChannel], which is spent after one interrupt, it can
/// be used again.
final class Interruptor extends AbstractSelector {
  private final Runnable action;

  Interruptor(Runnable action) {
    super(null);
    this.action = action;
  }

  /// From now on an interrupt of this thread runs the action; at once if it is interrupted already.
  void enter() {
    begin();
  }

  void exit() {
    end();
  }

  @Override
  public Selector wakeup() {
    action.run();
    return this;
  }

  @Override
  protected void implCloseSelector() {}

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
    throw new UnsupportedOperationException("register(" + channel + "): nothing is selected here");
  }

  @Override
  public Set<SelectionKey> keys() {
    return Set.of();
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  public int selectNow() {
    return 0;
  }

  @Override
  public int select(long timeout) {
    return 0;
  }

  @Override
  public int select() {
    return 0;
  }
}
