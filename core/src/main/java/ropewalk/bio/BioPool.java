package ropewalk.bio;

import java.util.ArrayList;
import java.util.List;
import ropewalk.iov.Direction;

/// Bios at rest. As many as were ever in use at one time; each keeps its arrays, so that nothing is
/// allocated when it is used again.
///
/// **Shared:** taken and given back from any thread, under a lock that is held for a few
/// instructions.
public final class BioPool implements AutoCloseable {

  private final List<Bio> resting = new ArrayList<>();
  private int out;
  private boolean isClosed;

  /// An empty pool.
  public BioPool() {}

  /// *Gives* an empty bio for the range of the file that begins at `offset`.
  public Bio take(Direction direction, long offset) {
    Bio bio = rested();
    bio.begin(direction, offset);
    return bio;
  }

  private synchronized Bio rested() {
    out++;
    return resting.isEmpty() ? new Bio(this) : resting.removeLast();
  }

  /// *Takes* a bio that is complete.
  synchronized void give(Bio bio) {
    out--;
    if (isClosed) {
      bio.free();
    } else {
      resting.add(bio);
    }
  }

  /// How many are in use.
  public synchronized int out() {
    return out;
  }

  /// Frees those at rest; one that is in use, or is taken later by who doesn't know yet, is freed
  /// when it comes back.
  @Override
  public synchronized void close() {
    isClosed = true;
    resting.forEach(Bio::free);
    resting.clear();
  }
}
