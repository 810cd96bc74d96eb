package ropewalk.splice;

/// When may the source be written, and when is its memory back? A move ends long before either is
/// always known; its ticket says what is.
///
/// | end | meaning |
/// |---|---|
/// | stable | writes to the source that start now don't change what arrives |
/// | drained | nobody reads the source's memory any more |
/// | given | the kernel may hold the pages for as long as it likes and never says |
///
/// Strict moves are stable at once. *Drained* is never guessed from queue sizes or
/// acknowledgements: on one host the receiver may still share the pages when the queue is empty.
///
/// @param isStable later writes to the source no longer matter
/// @param isDrained no page of the source is in use by this move any more
/// @param isGiven some pages were given to the kernel; they stay what they are, and the pool
///   replaces them rather than write to them
public record Ticket(boolean isStable, boolean isDrained, boolean isGiven) {
  /// Every byte was copied, or its last reader is done.
  public static final Ticket SETTLED = new Ticket(true, true, false);

  /// Pages were given: stable by versions, drained unknowable.
  public static final Ticket GIVEN = new Ticket(true, false, true);

  /// The kernel shares the source's own pages (relaxed): neither is known.
  public static final Ticket LIVE = new Ticket(false, false, false);
}
