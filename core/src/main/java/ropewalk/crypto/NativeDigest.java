package ropewalk.crypto;

import ropewalk.iov.Tally;
import ropewalk.linux.libcrypto.EvpDigest;
import ropewalk.page.PageRef;

/// libcrypto's digest: reads the page where it lies, so nothing is copied and nothing counted.
final class NativeDigest extends Digest {
  private final EvpDigest digest;

  /// Takes `digest`.
  NativeDigest(String name, EvpDigest digest) {
    super(name);
    this.digest = digest;
  }

  @Override
  void add(PageRef page, Tally tally) {
    digest.update(page.address(), page.length());
  }

  @Override
  public byte[] finish() {
    return digest.finish();
  }

  @Override
  public void close() {
    digest.close();
  }
}
