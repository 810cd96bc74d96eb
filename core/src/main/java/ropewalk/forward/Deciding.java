package ropewalk.forward;

import static java.lang.Math.min;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What is decided about the bytes in the inbox: asks the parser and the judge, keeps the counts.
///
/// ```
///   inbox   | run: decided, one way | next: decided, another | undecided
///           0                    run.left()                  ^ decideOne looks from here on
///
///                     unread: apply count left? --yes--> the same way, nobody is asked
///                            | no
///   UNKNOWN --parser--> length --judge--> decided; an apply count may end inside (offset),
///      ^ more needed      ^ cork            or reach beyond the message (applied)
/// ```
///
/// One thread at a time; moves nothing and waits for nothing.
final class Deciding {
  final Run run = new Run();
  private final Inbox inbox;
  private final @Nullable Parser parser;
  private final Judge judge;

  /// Of the message where deciding stands: its length, what of it is decided, how much is wanted.
  private long length = Message.UNKNOWN;

  private long offset;
  private long corked;

  /// What goes unread: where, and how much of it is still to be decided.
  private @Nullable Action applied;

  private long appliedLeft;

  /// Decided, but it goes another way than the run before it.
  private @Nullable Action next;

  private long nextBytes;
  private boolean nextUnread;

  /// What the judge or parser threw while messages before that were still to be moved.
  private @Nullable Exception deferred;

  private long asked;
  private long messages;

  Deciding(Inbox inbox, @Nullable Parser parser, Judge judge) {
    this.inbox = inbox;
    this.parser = parser;
    this.judge = judge;
  }

  long asked() {
    return asked;
  }

  long messages() {
    return messages;
  }

  /// Decides about what is there, as long as it goes the same way.
  void decide() throws IOException {
    Action held = next;
    if (held != null && run.isEmpty()) {
      next = null;
      var _ = run.tryAdd(held, nextBytes, nextUnread);
    }
    try {
      while (mayGoOn()) {
        if (!decideOne(inbox.bytes() - run.left())) {
          return;
        }
      }
    } catch (IOException | RuntimeException e) {
      if (run.isEmpty()) {
        throw e;
      }
      deferred = e; // what was decided before goes first
    }
  }

  /// Whether more can be decided now. Not behind what goes unread: what is `applied` is its rest.
  private boolean mayGoOn() {
    return next == null
        && deferred == null
        && run.left() < inbox.bytes()
        && (run.isEmpty() || !run.isUnread());
  }

  /// Nothing is decided: tells what was in the way of it, if anything was.
  void demandCalm(long lookBytes) throws IOException {
    Exception failure = deferred;
    deferred = null;
    if (failure instanceof IOException io) {
      throw io;
    }
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    long there = inbox.bytes();
    if (there >= lookBytes || corked > lookBytes) {
      throw new MessageException(
          "undecided after %d bytes (%d are wanted); at most %d may wait"
              .formatted(there, corked, lookBytes),
          there);
    }
  }

  /// Whether the source may end here: nothing is left, of no message.
  boolean isBetween() {
    return run.isEmpty() && inbox.bytes() == 0 && offset == 0;
  }

  /// The source has ended, and not between two messages.
  MessageException endedInside() {
    String of = length == Message.UNKNOWN ? "" : " of " + length;
    long there = inbox.bytes();
    return new MessageException(
        "the stream ended inside a message: %d bytes decided%s, %d there, %d never came"
            .formatted(offset, of, there, run.left()),
        there);
  }

  /// See [Verdicts#instead].
  void instead(Action action) {
    boolean isFree = run.isEmpty();
    if (action.kind() == Action.Kind.CORK || (action.applied() == 0) == isFree) {
      String why = isFree ? "no message is decided: it needs a count" : "it can't have a count";
      throw new IllegalArgumentException("instead(%s): %s".formatted(action, why));
    }
    if (isFree) {
      apply(action, action.applied());
      length = Message.UNKNOWN;
      offset = 0;
      corked = 0;
      return;
    }
    run.instead(action);
    if (run.isUnread() && applied != null) {
      applied = action;
    }
  }

  /// How many bytes are to go as the first of the run goes: of its message, or of all that goes
  /// unread.
  long firstLeft() {
    if (run.isUnread() && applied != null) {
      return appliedLeft == Action.FOREVER ? appliedLeft : appliedLeft + run.firstLeft();
    }
    return run.firstLeft();
  }

  /// Decides about the first of `there` undecided bytes; false if more are needed.
  private boolean decideOne(long there) throws IOException {
    Action unread = applied;
    if (unread != null) {
      long bytes = min(there, appliedLeft);
      apply(unread, appliedLeft == Action.FOREVER ? Action.FOREVER : appliedLeft - bytes);
      add(unread, bytes, true);
      return true;
    }
    long known = lengthOf(there);
    if (known == Message.UNKNOWN) {
      return applied != null;
    }
    long rest = known - offset;
    long seen = min(there, rest);
    if (seen < (inbox.isEnded() ? rest : min(corked, rest))) {
      return false;
    }
    Action action = judge.judge(inbox.look(run.left(), seen, known, offset));
    asked++;
    if (action.kind() == Action.Kind.CORK) {
      cork(action, seen, rest);
      return false;
    }
    accept(action, known, rest);
    return true;
  }

  /// How long the message in front is, its decided bytes included, or UNKNOWN.
  private long lengthOf(long there) throws IOException {
    Parser asks = parser;
    if (asks == null) {
      return there < corked && !inbox.isEnded() ? Message.UNKNOWN : there;
    }
    if (length == Message.UNKNOWN) {
      long answer = asks.length(inbox.look(run.left(), there, Message.UNKNOWN, 0));
      if (answer == Parser.LEAVE) {
        apply(Action.PASS, Action.FOREVER);
      } else if (answer > 0) {
        length = answer;
      } else if (answer != Parser.MORE) {
        throw new MessageException("the parser answered " + answer + ": it is lost", there);
      }
    }
    return length;
  }

  private void cork(Action action, long seen, long rest) {
    long wanted = parser == null ? action.corked() : min(action.corked(), rest);
    if (wanted <= seen) {
      throw new IllegalStateException("the judge said %s: %d are".formatted(action, seen));
    }
    corked = wanted;
  }

  /// `rest` bytes of a message of `known` bytes are to be decided, and `action` does.
  private void accept(Action action, long known, long rest) {
    messages += offset == 0 ? 1 : 0;
    corked = 0;
    long count = action.applied();
    long bytes = count == 0 ? rest : min(rest, count);
    boolean isInside = parser != null && bytes < rest;
    length = isInside ? known : Message.UNKNOWN;
    offset = isInside ? offset + bytes : 0;
    if (count > rest) {
      apply(action, count == Action.FOREVER ? Action.FOREVER : count - rest);
    }
    add(action, bytes, false);
  }

  /// The next `bytes` bytes go unread.
  private void apply(Action action, long bytes) {
    applied = bytes == 0 ? null : action;
    appliedLeft = bytes;
  }

  private void add(Action action, long bytes, boolean unread) {
    if (!run.tryAdd(action, bytes, unread)) {
      next = action;
      nextBytes = bytes;
      nextUnread = unread;
    }
  }
}
