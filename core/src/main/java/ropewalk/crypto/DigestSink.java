package ropewalk.crypto;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import ropewalk.iov.Tally;
import ropewalk.page.PageRef;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;

/// A sink that digests what comes and keeps nothing: one branch of a tee, or the whole of a move
/// that only wants a checksum. Each byte is read once, in place where there is a libcrypto.
///
/// Owns no digest: the caller finishes and closes them.
public final class DigestSink implements Sink {
  private final List<Digest> digests;
  private final Hold hold = new Hold(1);

  /// Adds to each of `digests`.
  public DigestSink(List<Digest> digests) {
    this.digests = List.copyOf(digests);
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    long done = 0;
    for (long n = hold.take(pipe, limit); n > 0; n = hold.take(pipe, limit - done)) {
      try {
        digest(Objects.requireNonNull(hold.pipe().peek()), (int) n, tally);
        hold.pipe().consume(n);
      } finally {
        hold.giveBack();
      }
      done += n;
    }
    return done;
  }

  private void digest(PageRef page, int length, Tally tally) throws IOException {
    if (length == page.length()) {
      for (Digest digest : digests) {
        digest.update(page, tally);
      }
      return;
    }
    try (PageRef head = page.tryShare(0, length)) {
      if (head == null) {
        throw new IOException("digest of " + page + ": no reference of its head is to be had");
      }
      digest(head, length, tally);
    }
  }

  @Override
  public String wayOut() {
    return "digest";
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "digest sink";
  }
}
