package ropewalk.net;

import java.io.IOException;
import ropewalk.engine.Lookout;
import ropewalk.linux.Poll;
import ropewalk.net.RelayWay.Need;

/// A [Relay] on its thread: what its sockets are watched for, and who is stepped when one is ready.
///
/// ```
///             POLLIN                 POLLOUT
///   near   forth needs BYTES      back needs ROOM
///   far    back needs BYTES       forth needs ROOM
/// ```
///
/// A socket stays watched for what it was watched for until it says so in vain: most ways need the
/// same again at once, and a call to the kernel for each change would cost more than the event that
/// nobody needed. One that is wanted for nothing and says so is not watched at all, because a
/// broken one would say it for ever.
final class RelayJoint {
  static final int NEAR = 0;
  static final int FAR = 1;

  final Relay relay;
  final int slot;
  private final Lookout lookout;

  /// Whether it is to be stepped without an event; the thread's note.
  boolean isQueued;

  private int nearWatched;
  private int farWatched;

  RelayJoint(Relay relay, int slot, Lookout lookout) {
    this.relay = relay;
    this.slot = slot;
    this.lookout = lookout;
  }

  /// Steps whoever needs what `side` is ready for.
  void ready(int side, int told) {
    RelayWay reads = side == NEAR ? relay.forth : relay.back;
    RelayWay writes = side == NEAR ? relay.back : relay.forth;
    if (reads.need() == Need.BYTES && (told & ~Poll.POLLOUT) != 0) {
      step(reads);
    }
    if (writes.need() == Need.ROOM && (told & ~Poll.POLLIN) != 0) {
      step(writes);
    }
    watch(side == NEAR ? told : 0, side == FAR ? told : 0);
  }

  /// Steps both ways, whatever they need.
  void stepBoth() {
    step(relay.forth);
    step(relay.back);
    watch(0, 0);
  }

  /// Whether it needs something that no event tells of.
  boolean isImpatient() {
    return isImpatient(relay.forth.need()) || isImpatient(relay.back.need());
  }

  private static boolean isImpatient(Need need) {
    return need == Need.TURN || need == Need.PIPE;
  }

  /// Whether one of its ways could go on at once.
  boolean hasTurn() {
    return relay.forth.need() == Need.TURN || relay.back.need() == Need.TURN;
  }

  boolean isOver() {
    return relay.forth.need() == Need.OVER && relay.back.need() == Need.OVER;
  }

  /// Not watched any more, as far as it is open.
  void leave() {
    nearWatched = watch(relay.near, NEAR, nearWatched, 0);
    farWatched = watch(relay.far, FAR, farWatched, 0);
  }

  private void step(RelayWay way) {
    if (way.need() != Need.OVER) {
      var _ = way.step();
    }
    endIfCut();
  }

  /// A failure of one way has closed both sockets: the other hears of it now.
  private void endIfCut() {
    if (relay.isCut()) {
      for (RelayWay way : new RelayWay[] {relay.forth, relay.back}) {
        if (way.need() != Need.OVER) {
          var _ = way.step();
        }
      }
    }
  }

  private void watch(int nearTold, int farTold) {
    Need forth = relay.forth.need();
    Need back = relay.back.need();
    nearWatched = watch(relay.near, NEAR, nearWatched, wanted(forth, back), nearTold);
    farWatched = watch(relay.far, FAR, farWatched, wanted(back, forth), farTold);
  }

  private static int wanted(Need reads, Need writes) {
    return (reads == Need.BYTES ? Poll.POLLIN : 0) | (writes == Need.ROOM ? Poll.POLLOUT : 0);
  }

  private int watch(Socket socket, int side, int watched, int wanted, int told) {
    boolean isMissing = (wanted & ~watched) != 0;
    boolean isInVain = (told & ~wanted) != 0;
    return isMissing || isInVain ? watch(socket, side, watched, wanted) : watched;
  }

  private int watch(Socket socket, int side, int watched, int wanted) {
    if (watched == wanted) {
      return watched;
    }
    try {
      long tag = (long) slot << 1 | side;
      if (!lookout.watch(socket.fd(), tag, watched, wanted)) {
        return watched;
      }
      return wanted;
    } catch (IOException e) {
      var _ = relay.closed(e);
      endIfCut();
      return watched;
    }
  }
}
