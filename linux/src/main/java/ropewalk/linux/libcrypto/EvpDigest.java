package ropewalk.linux.libcrypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;

/// One digest under way: an EVP_MD_CTX of libcrypto.
///
/// ```
///          update            finish            reset
///         +------+          +------+          +------+
///         v      |          |      v          |      |
///   ---> UNDER WAY ---------+    FINISHED ----+--> UNDER WAY
///             |                     |
///             +------- close -------+---> freed
/// ```
///
/// It reads the memory it is given during the call and keeps nothing of it. For one thread at a
/// time.
public final class EvpDigest implements AutoCloseable {
  /// Bytes of the longest digest: EVP_MAX_MD_SIZE.
  private static final int DIGEST_MAX = 64;

  private final LibCrypto library;
  private final String algorithm;
  private final long type;
  private final Scratch result = new Scratch(DIGEST_MAX + Integer.BYTES);
  private long context;
  private boolean isFinished;

  EvpDigest(LibCrypto library, long type, String algorithm) {
    this.library = library;
    this.type = type;
    this.algorithm = algorithm;
    try {
      this.context = (long) library.contextNew.invokeExact();
      if (context == 0) {
        throw new OutOfMemoryError("EVP_MD_CTX_new has no memory");
      }
      reset();
    } catch (Throwable t) {
      close();
      throw LibCrypto.unexpected(t);
    }
  }

  /// Begins anew.
  public void reset() {
    try {
      check((int) library.init.invokeExact(context(), type, 0L), "EVP_DigestInit_ex");
      isFinished = false;
    } catch (Throwable t) {
      throw LibCrypto.unexpected(t);
    }
  }

  /// Adds `[address, address + length)`, which its owner keeps alive during the call.
  public void update(long address, long length) {
    checkLength(length);
    try {
      check((int) library.update.invokeExact(underWay(), address, length), "EVP_DigestUpdate");
    } catch (Throwable t) {
      throw LibCrypto.unexpected(t);
    }
  }

  /// Adds native memory, guarded by the virtual machine during the call.
  public void update(MemorySegment source) {
    long length = source.byteSize();
    try {
      check(
          (int) library.updateSegment.invokeExact(underWay(), source, length), "EVP_DigestUpdate");
    } catch (Throwable t) {
      throw LibCrypto.unexpected(t);
    }
  }

  /// Ends the digest and answers it; [#reset()] begins the next.
  public byte[] finish() {
    long at = result.address();
    try {
      check(
          (int) library.finish.invokeExact(underWay(), at, at + DIGEST_MAX), "EVP_DigestFinal_ex");
    } catch (Throwable t) {
      throw LibCrypto.unexpected(t);
    }
    isFinished = true;
    byte[] digest = new byte[Memory.ALL.get(JAVA_INT, at + DIGEST_MAX)];
    for (int i = 0; i < digest.length; i++) {
      digest[i] = Memory.ALL.get(JAVA_BYTE, at + i);
    }
    return digest;
  }

  /// The name it was asked for by.
  public String algorithm() {
    return algorithm;
  }

  /// Frees the context; a second close does nothing.
  @Override
  public void close() {
    long freed = context;
    context = 0;
    result.close();
    if (freed != 0) {
      try {
        library.contextFree.invokeExact(freed);
      } catch (Throwable t) {
        throw LibCrypto.unexpected(t);
      }
    }
  }

  private long context() {
    if (context == 0) {
      throw new IllegalStateException("the digest is closed: " + algorithm);
    }
    return context;
  }

  private long underWay() {
    long open = context();
    if (isFinished) {
      throw new IllegalStateException("the digest is finished, reset it first: " + algorithm);
    }
    return open;
  }

  private void check(int result, String call) {
    if (result != 1) {
      throw new IllegalStateException(call + "(" + algorithm + "): " + result);
    }
  }

  private static void checkLength(long length) {
    if (length < 0) {
      throw new IllegalArgumentException("length must not be negative: length=" + length);
    }
  }
}
