package ropewalk.net;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ropewalk.linux.Syscalls;
import ropewalk.pipe.KernelPipes;

/// The threads that move the bytes of all [Relay]s, and the pipes that they move through.
///
/// ```
///   relay  relay  relay        relay  relay
///     └──────┼──────┘            └──┬───┘
///        RelayLoop 1           RelayLoop 2      no more of them than processors,
///         (thread)              (thread)        each begun when those before have work
/// ```
///
/// A relay stays with its thread, so what both its ways know of each other needs no lock.
///
/// Thread-safe. [#close] cuts what still runs.
public final class Relays implements AutoCloseable {
  private final Syscalls syscalls;
  private final KernelPipes pipes;
  private final int threadsMax;
  private final List<RelayLoop> loops = new ArrayList<>(); // guarded by this
  private boolean closed; // guarded by this

  /// As many threads as there are processors, begun when they are needed.
  ///
  /// @param pipes *taken*: closed at the end
  public Relays(Syscalls syscalls, KernelPipes pipes) {
    this(syscalls, pipes, Runtime.getRuntime().availableProcessors());
  }

  /// @param threadsMax at most so many threads, at least 1
  public Relays(Syscalls syscalls, KernelPipes pipes, int threadsMax) {
    if (threadsMax < 1) {
      throw new IllegalArgumentException("threadsMax must be positive: " + threadsMax);
    }
    this.syscalls = syscalls;
    this.pipes = pipes;
    this.threadsMax = threadsMax;
  }

  KernelPipes pipes() {
    return pipes;
  }

  /// Hands `relay` to the thread with the fewest.
  ///
  /// @throws IOException if no thread could be begun: descriptors have run out, or it is closed
  synchronized RelayLoop begin(Relay relay) throws IOException {
    if (closed) {
      throw new IOException("the relays are closed");
    }
    RelayLoop least = null;
    for (RelayLoop loop : loops) {
      if (least == null || loop.relays() < least.relays()) {
        least = loop;
      }
    }
    if (least == null || (least.relays() > 0 && loops.size() < threadsMax)) {
      RelayLoop fresh = RelayLoop.start(syscalls);
      loops.add(fresh);
      least = fresh;
    }
    least.attend(relay);
    return least;
  }

  @Override
  public void close() {
    List<RelayLoop> ending;
    synchronized (this) {
      closed = true;
      ending = List.copyOf(loops);
      loops.clear();
    }
    ending.forEach(RelayLoop::close);
    pipes.close();
  }
}
