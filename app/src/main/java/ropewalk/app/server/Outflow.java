package ropewalk.app.server;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import ropewalk.Ropewalk;
import ropewalk.http.ResponseHead;
import ropewalk.iov.Copy;
import ropewalk.iov.Tally;
import ropewalk.linux.Scratch;
import ropewalk.net.Socket;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;

/// Sends answers: the head with MORE, so that it travels in one segment with the first bytes of the
/// body, then the body by whatever route `move` finds cheapest among the strict ones. One thread at
/// a time.
final class Outflow {
  private final Ropewalk walk;
  private final Socket socket;

  Outflow(Ropewalk walk, Socket socket) {
    this.walk = walk;
    this.socket = socket;
  }

  /// Sends all of `answer`, which stays the caller's, and notes in `line` what went out.
  ///
  /// @throws IOException if less was sent than the head says: the connection must end by a reset
  void send(Answer answer, LogLine line) throws IOException {
    line.status(answer.head().status());
    switch (answer) {
      case Answer.Page page -> sendPage(page, line);
      case Answer.Body body -> sendBody(body, line);
    }
  }

  private void sendPage(Answer.Page page, LogLine line) throws IOException {
    ResponseHead head = page.head();
    long length = page.body().byteSize();
    try (Scratch scratch = new Scratch(head.length() + length)) {
      MemorySegment all = scratch.segment();
      int start = head.render(all);
      Tally tally = new Tally();
      Copy.bytes(page.body(), 0, all, start, length, tally);
      socket.send(all, false);
      line.sent(length, tally.copiedUser());
    }
  }

  private void sendBody(Answer.Body answer, LogLine line) throws IOException {
    ResponseHead head = answer.head();
    try (Scratch scratch = new Scratch(head.length())) {
      head.render(scratch.segment());
      socket.send(scratch.segment(), true);
    }
    Moved moved;
    try {
      moved = walk.move(answer.body(), socket, MoveOptions.DEFAULT.withLimit(answer.length()));
    } catch (MoveException e) {
      line.moved(e.soFar());
      throw e;
    }
    line.moved(moved);
    if (moved.accepted() != answer.length()) {
      throw new IOException(
          "the file ended after "
              + moved.accepted()
              + " of "
              + answer.length()
              + " bytes: was it truncated?");
    }
  }
}
