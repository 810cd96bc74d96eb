package ropewalk.app.cli;

import java.io.IOException;
import java.net.SocketTimeoutException;
import ropewalk.iov.Tally;
import ropewalk.net.MessageSocket;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// Datagrams as a source that ends: at an empty one, which is what a copy sends last, or when none
/// has come for as long as the socket waits, for the last one may be lost as any other. Where not
/// even the first has come there is nothing to end, and the wait is a failure.
final class UntilQuiet implements Source {
  private final MessageSocket messages;
  private boolean hasBegun;

  /// *Takes* the socket.
  UntilQuiet(MessageSocket messages) {
    this.messages = messages;
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    try {
      long got = messages.fill(pipe, limit, tally);
      hasBegun = true;
      return got;
    } catch (SocketTimeoutException e) {
      if (!hasBegun) {
        throw e;
      }
      return END;
    }
  }

  @Override
  public String wayIn() {
    return messages.wayIn();
  }

  @Override
  public void close() throws IOException {
    messages.close();
  }

  @Override
  public String toString() {
    return messages.toString();
  }
}
