package ropewalk.forward;

import static java.lang.Math.min;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Tally;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;

/// Moves a stream on message by message, each where its judge says: sockmap's job, in process.
///
/// ```
///   length known? --no--> ask the parser, or wait for more
///        | yes
///   decided? -------no--> ask the judge: pass, drop, redirect; or cork, and wait for more
///        | yes
///   move what is there to its sink; the sink is slow: wait there, the source waits behind us
/// ```
///
/// **Who drives it.** [#run] moves everything, and what passes goes to the own sink ([#own]). Or
/// the own reader drives it: a Verdicts is a [Source] of what passes, and each [#fill] sends the
/// other messages their way until something passes. One of the two, on one thread at a time.
///
/// **When it waits.** For the source with nothing decided in hand, or for the rest of a message
/// whose first part has gone. Messages that go the same way go together in one call. Nothing is
/// held back (MSG_MORE) for what has not arrived.
///
/// **The end.** An end between two messages is the end. Inside one it is a [MessageException]; the
/// sinks are never closed.
///
/// *Takes* the source: [#close] closes it, and releases what is still here. Sinks are *lent*.
public final class Verdicts implements Source {
  /// How far anybody may look by default: a megabyte of a message that nobody has decided about.
  private static final long LOOK_BYTES = 1 << 20;

  private final Source source;
  private final Inbox inbox;
  private final Deciding deciding;
  private final Run run;
  private @Nullable Sink own;
  private long lookBytes = LOOK_BYTES;

  /// Where what passes goes during a fill, and how much of it at most.
  private @Nullable Pipe reader;

  private long readerLimit;

  private long passed;
  private long dropped;
  private long redirected;

  private Verdicts(FolioPool pool, Source source, @Nullable Parser parser, Judge judge) {
    this.source = source;
    inbox = new Inbox(pool);
    deciding = new Deciding(inbox, parser, judge);
    run = deciding.run;
  }

  /// Judges what `source` brings, as `parser` cuts it into messages. *Takes* the source. `pool` is
  /// for crumbs that have to be swept together.
  public static Verdicts of(FolioPool pool, Source source, Parser parser, Judge judge) {
    return new Verdicts(pool, source, parser, judge);
  }

  /// As [#of(FolioPool, Source, Parser, Judge)], without a parser: a message is what is there when
  /// the judge is asked, as it is to an `sk_msg` program. Its counts say where messages end.
  public static Verdicts of(FolioPool pool, Source source, Judge judge) {
    return new Verdicts(pool, source, null, judge);
  }

  /// Says where [#run] brings what passes. *Lent*.
  public Verdicts own(Sink sink) {
    own = sink;
    return this;
  }

  /// Says how many undecided bytes may wait here at most, for a parser that wants more or a judge
  /// that corks.
  public Verdicts lookBytes(long bytesMax) {
    if (bytesMax < 1) {
      throw new IllegalArgumentException("at least one byte: bytesMax=" + bytesMax);
    }
    lookBytes = bytesMax;
    return this;
  }

  /// Moves everything to the source's end.
  ///
  /// @throws TargetException where a sink fails
  /// @throws MessageException where the stream can't be followed
  public void run(Tally tally) throws IOException {
    while (step(tally)) {
      // the next
    }
  }

  /// Gives `pipe` the next bytes that pass, at most `limit`; what doesn't pass goes its way
  /// meanwhile. Waits for the first byte that passes only.
  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    Source.demandLimit(limit);
    if (limit == 0 || pipe.free() == 0) {
      return 0;
    }
    long before = passed;
    reader = pipe;
    readerLimit = limit;
    try {
      while (passed == before) {
        if (!step(tally)) {
          return END;
        }
      }
    } finally {
      reader = null;
    }
    return passed - before;
  }

  /// Decides anew. After a [TargetException] about what is left of the message that its sink did
  /// not take (or of all that was to go there unread); `action` is then without a count. Otherwise,
  /// as after a [MessageException], about the bytes in front that nobody has decided about, as many
  /// as `action` counts; a message starts behind them.
  public void instead(Action action) {
    deciding.instead(action);
  }

  /// What has become of all so far.
  public VerdictStats stats() {
    return new VerdictStats(
        deciding.asked(), deciding.messages(), passed, dropped, redirected, inbox.swept());
  }

  /// Decides, moves or waits, one of them; false at the end.
  private boolean step(Tally tally) throws IOException {
    deciding.decide();
    long there = min(run.left(), inbox.bytes());
    if (there > 0) {
      move(there, tally);
      return true;
    }
    if (run.isEmpty()) {
      deciding.demandCalm(lookBytes);
    }
    if (!inbox.isEnded()) {
      var _ = inbox.fetch(source, tally); // at the end it is decided once more, with all there is
      return true;
    }
    if (deciding.isBetween()) {
      return false;
    }
    throw deciding.endedInside();
  }

  /// Moves the first bytes of the run, at most `there`, to where they go.
  private void move(long there, Tally tally) throws IOException {
    Action way = run.way();
    long bytes = min(there, run.wayLeft());
    Pipe to = reader;
    switch (way.kind()) {
      case DROP -> {
        inbox.pipe.consume(bytes);
        took(bytes);
        dropped += bytes;
      }
      case PASS -> {
        long went =
            to == null ? drain(own, bytes, tally) : inbox.pipe.moveTo(to, min(bytes, readerLimit));
        took(went);
        passed += went;
      }
      default -> {
        long went = drain(way.target(), bytes, tally);
        took(went);
        redirected += went;
      }
    }
  }

  private void took(long bytes) {
    run.took(bytes);
    inbox.drained();
  }

  /// Lets `sink` take what it takes; pages on loan are given to it if that can be done.
  private long drain(@Nullable Sink sink, long bytes, Tally tally) throws IOException {
    if (sink == null) {
      throw new IllegalStateException("a message passed and nobody reads: own(sink), or fill()");
    }
    try {
      long went = sink.canGive() ? sink.give(inbox.pipe, bytes, false, tally) : 0;
      if (went == 0) {
        went = sink.drain(inbox.pipe, bytes, false, tally);
      }
      if (went == 0) {
        throw new IOException("drain() of " + sink + " took nothing of " + bytes + " bytes");
      }
      return went;
    } catch (IOException e) {
      throw new TargetException(sink, run.accepted(), deciding.firstLeft(), e);
    }
  }

  @Override
  public String wayIn() {
    return source.wayIn() + "+verdict";
  }

  @Override
  public String assurance() {
    return source.assurance();
  }

  @Override
  public void close() throws IOException {
    inbox.close();
    source.close();
  }

  @Override
  public String toString() {
    return "verdicts on " + source;
  }
}
