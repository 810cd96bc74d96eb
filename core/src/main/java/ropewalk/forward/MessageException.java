package ropewalk.forward;

import java.io.IOException;

/// The stream can't be followed as messages: its parser failed, a message is longer than can be
/// looked at, or the stream ended inside one. The bytes are still in the inbox.
public final class MessageException extends IOException {
  private static final long serialVersionUID = 1;

  private final long there;

  MessageException(String message, long there) {
    super(message);
    this.there = there;
  }

  /// How many bytes that nobody has decided about are in the inbox.
  public long there() {
    return there;
  }
}
