package ropewalk.splice;

import static java.lang.Math.min;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Tally;
import ropewalk.page.PageRef;
import ropewalk.page.Trail;
import ropewalk.pipe.Pipe;

/// The way that always goes: the source fills a pipe with pages of ours, the sink drains it. Strict
/// by construction, since lent pages are frozen and read ones are nobody else's.
///
/// There are two of it. One has the sink's bytes copied (by gather writes); it never declines. The
/// other gives pages on loan to the kernel, by `vmsplice` and `splice`, and copies only what can't
/// be given, and what nobody has come back for yet: a page that was given loses its memory at its
/// end, and to drop and to fault in 64 KiB costs more than to copy them once. Who demands this
/// route by its name has all given that can be.
///
/// Each step fills the pipe once and drains it as far as the sink takes it. What the sink did not
/// take stays in the pipe for the next step; when the move ends early it goes back to the source,
/// and what the source can't take back is reported as lost. A step goes on or fails: an end that
/// moves nothing and gives no reason would be asked for ever, or pass for the end.
final class PagesRoute implements Route {
  /// Slots of the pipe between: sixteen as in the kernel's, here of up to 1 MiB each.
  private static final int SLOTS = 16;

  /// The most that is filled before it is drained. A megabyte stays in the second-level cache
  /// between the read into it and the write out of it; larger steps measured slower.
  private static final long STEP_BYTES = 1L << 20;

  /// By copy out of our pages. Never declines.
  static final PagesRoute COPYING = new PagesRoute(false);

  /// By giving our pages away.
  static final PagesRoute GIVING = new PagesRoute(true);

  private final boolean isGiving;

  private PagesRoute(boolean isGiving) {
    this.isGiving = isGiving;
  }

  @Override
  public String name() {
    return isGiving ? "give" : "pages";
  }

  @Override
  public @Nullable String declines(Ask ask) {
    if (!isGiving) {
      return null;
    }
    if (ask.from() != null) {
      return "needs a source that lends its pages";
    }
    return ask.canGive() ? null : "needs a sink that pages can be given to";
  }

  @Override
  public int copiesKernel(Ask ask) {
    return (ask.from() == null ? 0 : 1) + (ask.to() == null || isGiving ? 0 : 1);
  }

  @Override
  public Completion completion(Ask ask) {
    if (isGiving) {
      return Completion.NONE;
    }
    return ask.from() == null && ask.to() == null ? Completion.NOTIFIED : Completion.DRAINED;
  }

  @Override
  public Stability stability(Ask ask) {
    return Stability.SNAPSHOT;
  }

  @Override
  public Strand open(Source source, Sink sink) {
    return new PagesStrand(source, sink, isGiving, false);
  }

  @Override
  public Strand openDemanded(Source source, Sink sink) {
    return new PagesStrand(source, sink, isGiving, true);
  }

  private static final class PagesStrand implements Strand {
    private final Source source;
    private final Sink sink;
    private final boolean isGiving;
    private final boolean givesAll;
    private final Pipe pipe = Pipe.open(SLOTS);
    private final @Nullable Trail trail;
    private long given;

    PagesStrand(Source source, Sink sink, boolean isGiving, boolean givesAll) {
      this.source = source;
      this.sink = sink;
      this.isGiving = isGiving;
      this.givesAll = givesAll;
      this.trail = sink.isKeeping() ? new Trail() : null;
    }

    @Override
    public long step(long limit, boolean more, Tally tally) throws IOException {
      if (pipe.bytes() == 0) {
        long filled = source.fill(pipe, min(limit, STEP_BYTES), tally);
        if (filled < 0) {
          return Source.END;
        }
        if (filled == 0) {
          throw new IOException("fill() of " + source + " brought nothing and is not at its end");
        }
        if (trail != null) {
          pipe.follow(trail);
        }
      }
      long room = min(limit, pipe.bytes());
      boolean moreAfter = more || (pipe.bytes() < limit && source.remaining() != 0);
      long accepted = isWorthGiving() ? sink.give(pipe, room, moreAfter, tally) : 0;
      if (accepted == 0) {
        accepted = sink.drain(pipe, room, moreAfter, tally);
      }
      given = tally.given();
      if (accepted == 0) {
        throw new IOException("drain() of " + sink + " took nothing of " + room + " bytes");
      }
      return accepted;
    }

    /// By the page in front: what is filled by one call was mostly read at one time.
    private boolean isWorthGiving() {
      if (!isGiving || givesAll) {
        return isGiving;
      }
      PageRef front = pipe.peek();
      return front != null && front.folio().isReused();
    }

    @Override
    public long settle() {
      long left = pipe.bytes();
      pipe.close();
      if (trail != null) {
        trail.seal();
      }
      if (left > 0 && source.canUnread()) {
        source.unread(left);
        return 0;
      }
      return left;
    }

    @Override
    public @Nullable Trail trail() {
      return trail;
    }

    @Override
    public long held() {
      return source.canUnread() ? 0 : pipe.bytes();
    }

    @Override
    public String name() {
      return source.wayIn() + "+" + (given > 0 ? "give" : sink.wayOut());
    }
  }
}
