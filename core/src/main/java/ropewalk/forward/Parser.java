package ropewalk.forward;

import java.io.IOException;

/// Tells how long the message is that starts at the front: the job of sockmap's stream parser.
///
/// It is asked at the start of each message, again whenever more has arrived, until it can tell. It
/// looks and keeps nothing: the bytes stay where they are.
@FunctionalInterface
public interface Parser {
  /// The answer that more bytes are needed to tell.
  long MORE = 0;

  /// The answer that neither this nor anything behind it is a message of ours: all goes to the own
  /// reader from here on, and nobody is asked any more (the kernel's ESTRPIPE).
  long LEAVE = -1;

  /// The whole length of the message that starts with `front`'s first byte, its header included; it
  /// may be longer than what is there. Or [#MORE], or [#LEAVE]. Any other answer, and an exception,
  /// means that the stream can't be followed any more.
  long length(Message front) throws IOException;
}
