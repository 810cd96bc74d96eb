package ropewalk.forward;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.splice.Sink;

/// A sink failed with a message on its way there. What it accepted has left, the rest of the
/// message is in front of the inbox: [Verdicts#instead] decides anew about it, and without that the
/// next step tries the same sink again.
public final class TargetException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient @Nullable Sink target;
  private final long accepted;
  private final long left;

  TargetException(Sink target, long accepted, long left, IOException cause) {
    super(
        "%s took %d bytes of a message and failed with %d to come: %s"
            .formatted(target, accepted, left, cause.getMessage()),
        cause);
    this.target = target;
    this.accepted = accepted;
    this.left = left;
  }

  /// Which sink failed; null after serialization.
  public @Nullable Sink target() {
    return target;
  }

  /// How many bytes of the message it had accepted.
  public long accepted() {
    return accepted;
  }

  /// How many bytes of the message are left; `Long.MAX_VALUE` if its action had no end.
  public long left() {
    return left;
  }
}
