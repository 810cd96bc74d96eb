package ropewalk.crypto;

import java.security.MessageDigest;
import ropewalk.iov.Tally;
import ropewalk.page.PageRef;

/// The JDK's digest: a named bridge. `MessageDigest` copies what isn't in a heap array into one, so
/// each byte counts as copied in user space.
final class HeapDigest extends Digest {
  private final MessageDigest digest;

  HeapDigest(String name, MessageDigest digest) {
    super(name);
    this.digest = digest;
  }

  @Override
  void add(PageRef page, Tally tally) {
    digest.update(page.bytes().asByteBuffer());
    tally.addUser(page.length());
  }

  @Override
  public byte[] finish() {
    return digest.digest();
  }

  @Override
  public void close() {
    digest.reset();
  }
}
