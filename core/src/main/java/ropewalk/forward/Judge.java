package ropewalk.forward;

import java.io.IOException;

/// Says what becomes of a message: the verdict program.
///
/// It is asked once for each message, on the thread that moves it, as soon as the length is known;
/// the message may still be arriving. It is asked again after an [Action#cork], and for the rest of
/// a message for whose first bytes only it has spoken ([Action#apply]).
@FunctionalInterface
public interface Judge {
  /// What becomes of `message`, or of what is left of it. If it throws, the message stays in front,
  /// and the judge is asked again by the next step.
  Action judge(Message message) throws IOException;
}
