package ropewalk.splice;

import java.io.IOException;

/// A move that ended before all was moved. The message says what was asked and what came back; the
/// result so far says how many bytes the sink had accepted, and `lost` how many had left a source
/// that can't take them back.
public final class MoveException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Moved soFar;
  private final long lost;

  MoveException(Moved soFar, long lost, IOException cause) {
    super(message(soFar, lost, cause), cause);
    this.soFar = soFar;
    this.lost = lost;
  }

  /// What had been moved until then.
  public Moved soFar() {
    return soFar;
  }

  /// Bytes that were read from the source and reached no sink: they are gone, because the source (a
  /// socket, a stream) can't bring them again.
  public long lost() {
    return lost;
  }

  private static String message(Moved soFar, long lost, IOException cause) {
    String tail = lost == 0 ? "" : ", %d bytes taken from the source are lost".formatted(lost);
    String what = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return "%s (after %d bytes%s)".formatted(what, soFar.accepted(), tail);
  }
}
