package ropewalk.crypto;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import ropewalk.iov.Tally;
import ropewalk.linux.libcrypto.EvpDigest;
import ropewalk.linux.libcrypto.LibCrypto;
import ropewalk.page.PageRef;

/// A digest over pages: each byte is read once, where it lies.
///
/// Where the system has libcrypto the pages are hashed in place. The JDK's own digests take only
/// heap arrays and copy everything else into one: they are the fallback, a named bridge, and what
/// they copy is counted.
///
/// Used by one thread at a time.
public abstract sealed class Digest implements AutoCloseable permits NativeDigest, HeapDigest {
  /// The names that people type, and what the libraries call them.
  private static final Map<String, String> NAMES =
      Map.of(
          "md5", "MD5",
          "sha1", "SHA-1",
          "sha224", "SHA-224",
          "sha256", "SHA-256",
          "sha384", "SHA-384",
          "sha512", "SHA-512",
          "sha3256", "SHA3-256",
          "sha3512", "SHA3-512");

  private final String name;
  private long bytesRead;

  Digest(String name) {
    this.name = name;
  }

  /// Gives a fresh digest: `sha256`, `SHA-256` and `sha-256` are one.
  ///
  /// @throws IllegalArgumentException if neither library has it, naming those that work everywhere
  public static Digest open(String algorithm) {
    String name = algorithm.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    String standard = NAMES.get(name);
    if (standard == null) {
      throw new IllegalArgumentException(
          "no digest called '%s'; there are %s"
              .formatted(algorithm, NAMES.keySet().stream().sorted().toList()));
    }
    Optional<EvpDigest> inPlace = LibCrypto.find().flatMap(library -> library.digest(standard));
    if (inPlace.isPresent()) {
      return new NativeDigest(name, inPlace.get());
    }
    try {
      return new HeapDigest(name, MessageDigest.getInstance(standard));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalArgumentException(
          "no digest called '%s' on this system".formatted(algorithm), e);
    }
  }

  /// The name as people type it, without dashes: `sha256`.
  public final String name() {
    return name;
  }

  /// Reads the bytes of `page`, which stays the caller's.
  public final void update(PageRef page, Tally tally) throws IOException {
    add(page, tally);
    bytesRead += page.length();
  }

  /// How many bytes it has read: each once, in place or, by the JDK's digests, as it was copied.
  public final long bytesRead() {
    return bytesRead;
  }

  abstract void add(PageRef page, Tally tally) throws IOException;

  /// Ends the digest and gives its value. Nothing can be added after that.
  public abstract byte[] finish() throws IOException;

  /// Ends the digest and gives its value in lower-case hexadecimal, as `sha256sum` prints it.
  public final String finishHex() throws IOException {
    return HexFormat.of().formatHex(finish());
  }

  @Override
  public abstract void close();
}
