package ropewalk.splice;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Tally;
import ropewalk.pipe.Pipe;

/// One stream into two sinks: every page is lent twice, and no byte is copied for the second.
///
/// ```
///   pipe ──────────────────► main        what main takes is the result
///     └── tee ──► twin ────► branch      gets exactly those bytes, before the drain returns
/// ```
///
/// The branch follows the main sink byte for byte. A drain returns when the branch has what the
/// main sink took, so it waits for the branch too. If the branch fails, the bytes that the main
/// sink took are reported all the same, and the failure is the answer to the next drain or to
/// [#finish].
///
/// Owns neither sink until it is closed; then it closes both.
public final class Tee implements Sink {
  private static final int SLOTS = 64;

  private final Sink main;
  private final Sink branch;
  private final Pipe twin = Pipe.open(SLOTS);
  private @Nullable IOException branchFailure;

  /// Both sinks are the tee's until it is closed.
  public Tee(Sink main, Sink branch) {
    this.main = main;
    this.branch = branch;
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    tellBranchFailure();
    if (pipe.bytes() == 0 || limit == 0) {
      return 0;
    }
    long shared = pipe.tee(twin, limit);
    long accepted = 0;
    try {
      accepted = main.drain(pipe, shared, more, tally);
    } finally {
      if (accepted == 0) {
        twin.consume(shared);
      }
    }
    follow(accepted, shared, more, tally);
    return accepted;
  }

  /// Brings the branch to where the main sink is.
  private void follow(long accepted, long shared, boolean more, Tally tally) {
    long left = accepted;
    try {
      while (left > 0) {
        long taken = branch.drain(twin, left, more, tally);
        if (taken == 0) {
          throw new IOException("drain() of " + branch + " took nothing of " + left + " bytes");
        }
        left -= taken;
      }
    } catch (IOException e) {
      branchFailure = e;
    } finally {
      twin.consume(left + shared - accepted);
    }
  }

  private void tellBranchFailure() throws IOException {
    IOException failure = branchFailure;
    if (failure != null) {
      throw new IOException("the tee's branch failed: " + failure.getMessage(), failure);
    }
  }

  @Override
  public void finish() throws IOException {
    tellBranchFailure();
    main.finish();
    branch.finish();
  }

  @Override
  public boolean isKeeping() {
    return main.isKeeping() || branch.isKeeping();
  }

  @Override
  public String wayOut() {
    return "tee(" + main.wayOut() + "," + branch.wayOut() + ")";
  }

  @Override
  public void close() throws IOException {
    try (main;
        branch) {
      twin.close();
    }
  }

  @Override
  public String toString() {
    return "tee of " + main + " and " + branch;
  }
}
