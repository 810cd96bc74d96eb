package ropewalk.forward;

import org.jspecify.annotations.Nullable;
import ropewalk.splice.Sink;

/// What becomes of a message: the kernel's `sk_action`, with its counts.
///
/// | | the bytes go |
/// |---|---|
/// | [#PASS] | to the own reader |
/// | [#DROP] | nowhere; their pages are released |
/// | [#redirect] | to another sink: a socket, or by a [ropewalk.splice.PipeSink] to the side that another socket's reader reads |
/// | [#cork] | nowhere yet: the judge wants to see more of them first |
///
/// By itself an action holds for one message, or for what is left of it. [#apply] makes it hold for
/// a number of bytes: less than the message, and the judge is asked about the rest; more, and the
/// bytes behind the message go the same way unread. Neither judge nor parser is asked about them,
/// and what comes behind them is the start of a message again.
///
/// Immutable; keep one for each target, and the steady state allocates nothing.
public final class Action {
  /// No end in sight.
  static final long FOREVER = Long.MAX_VALUE;

  /// To the own reader.
  public static final Action PASS = new Action(Kind.PASS, null, 0, 0);

  /// Away.
  public static final Action DROP = new Action(Kind.DROP, null, 0, 0);

  enum Kind {
    PASS,
    DROP,
    REDIRECT,
    CORK
  }

  private final Kind kind;
  private final @Nullable Sink target;
  private final long applied;
  private final long corked;

  private Action(Kind kind, @Nullable Sink target, long applied, long corked) {
    this.kind = kind;
    this.target = target;
    this.applied = applied;
    this.corked = corked;
  }

  /// To `target`, which is *lent* for as long as messages go there.
  public static Action redirect(Sink target) {
    return new Action(Kind.REDIRECT, target, 0, 0);
  }

  /// Not decided before `bytes` bytes are there, counted from the first that is undecided: more
  /// than are there now. Of a message with a known length its end is enough.
  public static Action cork(long bytes) {
    demandPositive("cork", bytes);
    return new Action(Kind.CORK, null, 0, bytes);
  }

  /// The same for the next `bytes` bytes, counted from the first that is undecided, whatever
  /// messages they are.
  public Action apply(long bytes) {
    demandPositive("apply", bytes);
    if (kind == Kind.CORK) {
      throw new IllegalStateException("apply(" + bytes + ") of an action that decides nothing");
    }
    return new Action(kind, target, bytes, 0);
  }

  /// The same for all that will ever come.
  public Action forever() {
    return apply(FOREVER);
  }

  Kind kind() {
    return kind;
  }

  @Nullable Sink target() {
    return target;
  }

  /// For how many bytes it holds; 0 for the message.
  long applied() {
    return applied;
  }

  /// How many bytes are to be there before it is decided.
  long corked() {
    return corked;
  }

  /// Whether bytes go the same way by both.
  @SuppressWarnings("ReferenceEquality") // two sinks are never one, whatever they say
  boolean goesWith(Action other) {
    return kind == other.kind && target == other.target;
  }

  private static void demandPositive(String count, long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException(count + " counts at least one byte: bytes=" + bytes);
    }
  }

  @Override
  public String toString() {
    String counts =
        applied == 0 ? "" : applied == FOREVER ? " for ever" : " for " + applied + " bytes";
    return switch (kind) {
      case PASS -> "pass" + counts;
      case DROP -> "drop" + counts;
      case REDIRECT -> "redirect to " + target + counts;
      case CORK -> "cork until there are " + corked + " bytes";
    };
  }
}
