package ropewalk.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What a [Relay] did. For each way, *accepted* are the bytes that the sink's kernel took, and
/// *lost* those that had left the source and reached no sink; what was taken is the sum of both
/// (invariant 8). Nothing is lost where both sides [ended][Why#ENDED].
///
/// @param forth bytes accepted by the far side
/// @param back bytes accepted by the near side
/// @param lostForth bytes taken from the near side that the far side never accepted
/// @param lostBack bytes taken from the far side that the near side never accepted
/// @param why what ended it
/// @param cause what the kernel said, where it was the kernel
public record Relayed(
    long forth, long back, long lostForth, long lostBack, Why why, @Nullable IOException cause) {

  /// What ended a relay.
  public enum Why {
    /// Both sides have said that they send no more, and all of it was passed on.
    ENDED,
    /// The near side failed.
    NEAR_BROKE,
    /// The far side failed.
    FAR_BROKE,
    /// No byte went either way for as long as the idle time-out says.
    IDLE,
    /// Somebody here ended it.
    CUT
  }

  /// Whether both sides ended in order.
  public boolean isWhole() {
    return why == Why.ENDED;
  }

  @Override
  public String toString() {
    return "Relayed[forth=%d, back=%d, lost=%d/%d, %s]"
        .formatted(forth, back, lostForth, lostBack, why);
  }
}
