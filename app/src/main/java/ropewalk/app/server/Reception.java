package ropewalk.app.server;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import ropewalk.net.Listener;
import ropewalk.net.Socket;

/// Lets guests in, so many at a time, and sees them out: what every server of ours does at its
/// door. Whoever finds no room waits in the kernel's queue; nobody is refused.
///
/// ```
///   accept ──► room? ──► Guest.run on a virtual thread of its own ──► room again
///                            ▲ stop: end when it suits      ▲ cut: end now
///   close ───────────────────┴──────────── stopTimeout ─────┘
/// ```
///
/// Thread-safe. Takes the listener.
final class Reception implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Reception.class.getName());

  /// How long to wait when descriptors or memory have run out before the next accept: connections
  /// that end free them.
  private static final long RELIEF_MILLIS = 100;

  /// One connection, from its first byte to its last.
  interface Guest extends Runnable {
    /// End as soon as nothing is cut off by it.
    void stop();

    /// End now, visibly.
    void cut();
  }

  private final Listener listener;
  private final int guestsMax;
  private final Duration stopTimeout;
  private final Function<Socket, Guest> welcome;
  private final Semaphore room;
  private final Set<Guest> guests = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;
  private volatile boolean isStopping;

  /// @param stopTimeout how long [#close] waits for guests before it cuts them
  /// @param welcome makes a guest of a connection, which it takes
  Reception(
      Listener listener, int guestsMax, Duration stopTimeout, Function<Socket, Guest> welcome) {
    this.listener = listener;
    this.guestsMax = guestsMax;
    this.stopTimeout = stopTimeout;
    this.welcome = welcome;
    this.room = new Semaphore(guestsMax);
    this.acceptor = Thread.ofVirtual().name("accept " + listener.address()).unstarted(this::accept);
  }

  void open() {
    acceptor.start();
  }

  /// How many are in.
  int guests() {
    return guests.size();
  }

  /// No more guests; asks those inside to leave, and cuts those who have not at the deadline.
  /// Returns when all have left, or at once if it is closing already.
  @Override
  public void close() {
    synchronized (this) {
      if (isStopping) {
        return;
      }
      isStopping = true;
    }
    listener.close();
    acceptor.interrupt();
    join(acceptor);
    guests.forEach(Guest::stop);
    long deadline = System.nanoTime() + stopTimeout.toNanos();
    if (!isEmptyUntil(deadline)) {
      guests.forEach(Guest::cut);
      boolean _ = isEmptyUntil(Long.MAX_VALUE);
    }
  }

  private void accept() {
    while (!isStopping) {
      try {
        room.acquire();
        Guest guest = null;
        try {
          guest = welcome.apply(listener.accept());
        } finally {
          if (guest == null) {
            room.release();
          }
        }
        start(guest);
      } catch (InterruptedException | ClosedChannelException e) {
        if (isStopping) {
          return;
        }
        LOG.log(Level.WARNING, "accepting goes on after", e);
      } catch (IOException e) {
        LOG.log(Level.WARNING, () -> "accept: " + e.getMessage());
        relieve();
      }
    }
  }

  private void start(Guest guest) {
    guests.add(guest);
    Thread.ofVirtual()
        .name("serve")
        .start(
            () -> {
              try {
                guest.run();
              } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "a fault of ours ended a connection", e);
              } finally {
                guests.remove(guest);
                room.release();
              }
            });
  }

  /// All permits are back when the last guest has left.
  private boolean isEmptyUntil(long deadlineNanos) {
    long left =
        deadlineNanos == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineNanos - System.nanoTime();
    try {
      boolean isEmpty = room.tryAcquire(guestsMax, Math.max(left, 0), TimeUnit.NANOSECONDS);
      if (isEmpty) {
        room.release(guestsMax);
      }
      return isEmpty;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void relieve() {
    try {
      Thread.sleep(RELIEF_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
