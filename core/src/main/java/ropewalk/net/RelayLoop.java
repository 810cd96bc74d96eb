package ropewalk.net;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.engine.Lookout;
import ropewalk.linux.Syscalls;

/// A thread that moves the bytes of many [Relay]s: it sleeps until one of their sockets is ready,
/// and steps the way that waited for it.
///
/// ```
///   called: a new relay,      told: a socket          due: idle for too long,
///   or one that was cut       is ready                or descriptors may be free again
///        │                        │                        │
///        └──► step both           └──► step who waited     └──► look at all
///                  └──────────────────────┬─────────────────────────┘
///                       watch for what they need now; over: finish
/// ```
///
/// A way that could go on for ever has its turn and goes behind the others. Everything but
/// [#attend], [#relays] and [#close] is the thread's own.
final class RelayLoop implements Runnable, AutoCloseable {
  /// How long to wait for others to bring a pipe back when the descriptors have run out.
  private static final long RELIEF_NANOS = 10_000_000;

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Lookout lookout;
  private final Thread thread;
  private final Queue<Relay> called = new ConcurrentLinkedQueue<>();
  private final AtomicInteger relays = new AtomicInteger();
  private final ArrayList<@Nullable RelayJoint> joints = new ArrayList<>();
  private final ArrayList<Integer> free = new ArrayList<>();
  private final ArrayList<Integer> leaving = new ArrayList<>();
  private ArrayList<RelayJoint> impatient = new ArrayList<>();
  private ArrayList<RelayJoint> patient = new ArrayList<>();
  private long due = Engine.FOREVER;
  private volatile boolean isClosing;

  private RelayLoop(Lookout lookout) {
    this.lookout = lookout;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("ropewalk-relay-" + NUMBER.incrementAndGet())
            .unstarted(this);
  }

  static RelayLoop start(Syscalls syscalls) throws IOException {
    RelayLoop loop = new RelayLoop(Lookout.open(syscalls));
    loop.thread.start();
    return loop;
  }

  /// How many relays it has. From any thread.
  int relays() {
    return relays.get();
  }

  /// Takes `relay` on, or, if it has it, looks at it, because it was cut. From any thread.
  void attend(Relay relay) {
    if (relay.isNew()) {
      relays.incrementAndGet();
    }
    called.add(relay);
    lookout.wake();
  }

  /// Cuts what is left, and returns when all of it is over. From another thread, when no more
  /// relays can come.
  @Override
  public void close() {
    isClosing = true;
    lookout.wake();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    lookout.close();
  }

  @Override
  public void run() {
    while (!isClosing) {
      try {
        turn();
      } catch (IOException e) {
        cutAll(e); // epoll itself has failed, and may do so again for those to come
      }
    }
    answerCalls();
    cutAll(new IOException("the relays are closed"));
  }

  private void cutAll(IOException cause) {
    for (RelayJoint joint : all()) {
      var _ = joint.relay.closed(cause);
      joint.stepBoth();
      settle(joint);
    }
  }

  private void turn() throws IOException {
    free.addAll(leaving); // events of the last turn are all told: the numbers mean nobody now
    leaving.clear();
    answerCalls();
    stepImpatient();
    int told = lookout.await(hasTurn() ? System.nanoTime() : due);
    for (int i = 0; i < told; i++) {
      long tag = lookout.tag(i);
      RelayJoint joint = tag < 0 ? null : joints.get((int) (tag >>> 1));
      if (joint != null) {
        joint.ready((int) (tag & 1), lookout.events(i));
        settle(joint);
      }
    }
    if (due != Engine.FOREVER && due - System.nanoTime() <= 0) {
      lookAtAll();
    }
  }

  private void answerCalls() {
    for (Relay relay = called.poll(); relay != null; relay = called.poll()) {
      RelayJoint joint = relay.joint;
      if (joint == null) {
        if (!relay.isNew()) {
          continue; // it was cut when it was over already
        }
        joint = join(relay);
        due(relay.idleAt());
      }
      joint.stepBoth();
      settle(joint);
    }
  }

  private RelayJoint join(Relay relay) {
    int slot;
    if (free.isEmpty()) {
      slot = joints.size();
      joints.add(null);
    } else {
      slot = free.removeLast();
    }
    RelayJoint joint = new RelayJoint(relay, slot, lookout);
    joints.set(slot, joint);
    relay.joint = joint;
    relay.begun();
    return joint;
  }

  /// After steps: sees that it has its next turn, or that it is over.
  private void settle(RelayJoint joint) {
    if (joint.isOver()) {
      if (joint.relay.joint != null) {
        leave(joint);
      }
    } else if (joint.isImpatient()) {
      if (!joint.isQueued) {
        joint.isQueued = true;
        impatient.add(joint);
      }
      if (!joint.hasTurn()) {
        due(System.nanoTime() + RELIEF_NANOS);
      }
    }
  }

  private void leave(RelayJoint joint) {
    joint.leave();
    joints.set(joint.slot, null);
    leaving.add(joint.slot);
    joint.relay.joint = null;
    relays.decrementAndGet();
    joint.relay.finish();
  }

  private void stepImpatient() {
    ArrayList<RelayJoint> now = impatient;
    impatient = patient;
    patient = now;
    for (RelayJoint joint : now) {
      joint.isQueued = false;
      if (!joint.isOver()) {
        joint.stepBoth();
        settle(joint);
      }
    }
    now.clear();
  }

  private boolean hasTurn() {
    for (RelayJoint joint : impatient) {
      if (joint.hasTurn()) {
        return true;
      }
    }
    return false;
  }

  private void due(long nanos) {
    if (nanos != Engine.FOREVER && (due == Engine.FOREVER || nanos - due < 0)) {
      due = nanos;
    }
  }

  /// Ends what has been idle for too long, and finds when to look again.
  private void lookAtAll() {
    due = Engine.FOREVER;
    long now = System.nanoTime();
    for (RelayJoint joint : all()) {
      long idleAt = joint.relay.idleAt();
      if (idleAt != Engine.FOREVER && idleAt - now <= 0) {
        joint.relay.idle();
        joint.stepBoth();
        settle(joint);
      } else {
        due(idleAt);
      }
    }
  }

  private List<RelayJoint> all() {
    List<RelayJoint> all = new ArrayList<>();
    for (RelayJoint joint : joints) {
      if (joint != null) {
        all.add(joint);
      }
    }
    return all;
  }
}
