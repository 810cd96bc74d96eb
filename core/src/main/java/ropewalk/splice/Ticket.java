package ropewalk.splice;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import ropewalk.page.Trail;

/// When may the source be written, and when is its memory back? A move ends long before either is
/// always known; its ticket says what is, and can be waited for.
///
/// | end | meaning |
/// |---|---|
/// | stable | writes to the source that start now don't change what arrives |
/// | drained | nobody reads the source's memory any more |
/// | given | the kernel may hold the pages for as long as it likes and never says |
///
/// Strict moves are stable at once: that is strict splice in the sense of seed 3. *Drained* follows
/// every fragment through tee, slice, queue, failure and close ([Trail]), and is never guessed from
/// queue sizes or acknowledgements: on one host the receiver may still share the pages when the
/// queue is empty. Where it can't be known, asking for it says so at once and never waits.
public final class Ticket {
  /// Every byte was copied, or its last reader is done.
  public static final Ticket SETTLED = new Ticket(true, false, null, "");

  /// Pages were given: stable by versions, drained unknowable.
  public static final Ticket GIVEN = new Ticket(true, true, null, "");

  /// The kernel shares the source's own pages (relaxed): neither is known.
  public static final Ticket LIVE = new Ticket(false, false, null, "");

  private final boolean isStable;
  private final boolean isGiven;
  private final @Nullable Trail trail;
  private final String assurance;

  private Ticket(boolean isStable, boolean isGiven, @Nullable Trail trail, String assurance) {
    this.assurance = assurance;
    this.isStable = isStable;
    this.isGiven = isGiven;
    this.trail = trail;
  }

  /// Stable, and drained when the last fragment on `trail` is released.
  static Ticket following(Trail trail) {
    return new Ticket(true, false, trail, "");
  }

  /// The same, of a source with this [Source#assurance].
  Ticket assured(String words) {
    return words.isEmpty() ? this : new Ticket(isStable, isGiven, trail, words);
  }

  /// What kept strangers out of the bytes while they were read, before they were ours: says whether
  /// what arrives may have half of a stranger's write in it. Stable is what comes after that.
  public String assurance() {
    return assurance;
  }

  /// Whether later writes to the source no longer matter.
  public boolean isStable() {
    return isStable;
  }

  /// Whether some pages were given to the kernel. They stay what they are, and the pool replaces
  /// them rather than write to them.
  public boolean isGiven() {
    return isGiven;
  }

  /// Whether it can ever be known that nobody reads the source's memory any more.
  public boolean isKnowable() {
    return isStable && !isGiven;
  }

  /// Whether nobody reads the source's memory for this move any more; false also where that can't
  /// be known.
  public boolean isDrained() {
    return isKnowable() && (trail == null || trail.isDrained());
  }

  /// Completes when the memory is drained; at once, with an [IllegalStateException], where that
  /// can't be known.
  public CompletionStage<Void> drained() {
    if (!isKnowable()) {
      return CompletableFuture.failedStage(unknowable());
    }
    return trail == null ? CompletableFuture.completedStage(null) : trail.drained();
  }

  /// Waits until the memory is drained; a virtual thread parks.
  ///
  /// @throws IllegalStateException where that can't be known
  public void awaitDrained() throws InterruptedIOException {
    boolean isDrained = awaitDrained(Duration.ofNanos(Long.MAX_VALUE));
    if (!isDrained) {
      throw new IllegalStateException("centuries have passed: " + this);
    }
  }

  /// Waits as [#awaitDrained()] does, at most for `patience`; false if it is not drained then.
  public boolean awaitDrained(Duration patience) throws InterruptedIOException {
    if (!isKnowable()) {
      throw unknowable();
    }
    if (isDrained()) {
      return true;
    }
    try {
      drained().toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("awaitDrained of " + this + ": interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a trail never fails", e);
    }
  }

  private IllegalStateException unknowable() {
    return new IllegalStateException(
        isGiven
            ? "drained: unknowable, pages were given to the kernel, which never says"
            : "drained: unknowable, the kernel shares the source's own pages");
  }

  @Override
  public String toString() {
    return "Ticket[" + state() + (assurance.isEmpty() ? "" : ", " + assurance) + "]";
  }

  private String state() {
    if (!isStable) {
      return "live";
    }
    if (isGiven) {
      return "stable, given";
    }
    return trail == null || isDrained() ? "stable, drained" : "stable, " + trail;
  }
}
