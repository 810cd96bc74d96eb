package ropewalk.crypto;

import java.io.IOException;
import java.util.List;
import ropewalk.iov.Tally;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// A source that reads along: every page passes by reference and is digested on the way, so that
/// the digest is of exactly the bytes that went on.
///
/// It shows no descriptor, since bytes that a kernel route moves would pass by unread; and it can't
/// take bytes back, since they are in the digest already. Owns neither digests nor, until it is
/// closed, the source.
public final class DigestSource implements Source {
  private static final int SLOTS = 16;

  private final Source source;
  private final List<Digest> digests;
  private final Pipe between = Pipe.open(SLOTS);

  /// Reads `source` through `digests`.
  public DigestSource(Source source, List<Digest> digests) {
    this.source = source;
    this.digests = List.copyOf(digests);
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    if (between.bytes() == 0) {
      if (limit == 0 || pipe.free() == 0) {
        return 0;
      }
      long filled = source.fill(between, limit, tally);
      if (filled <= 0) {
        return filled;
      }
    }
    long passed = 0;
    while (pipe.free() > 0) {
      PageRef page = between.poll();
      if (page == null) {
        break;
      }
      passed += page.length();
      try {
        for (Digest digest : digests) {
          digest.update(page, tally);
        }
      } catch (IOException | RuntimeException e) {
        page.close();
        throw e;
      }
      pipe.push(page);
    }
    return passed;
  }

  @Override
  public long remaining() {
    long rest = source.remaining();
    return rest < 0 ? rest : rest + between.bytes();
  }

  @Override
  public String wayIn() {
    return source.wayIn() + "+digest";
  }

  @Override
  public String assurance() {
    return source.assurance();
  }

  @Override
  public void close() throws IOException {
    between.close();
    source.close();
  }

  @Override
  public String toString() {
    return "digest of " + source;
  }
}
