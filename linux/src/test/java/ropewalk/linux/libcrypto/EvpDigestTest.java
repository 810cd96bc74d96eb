package ropewalk.linux.libcrypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ropewalk.linux.DescriptorAudit;

/// libcrypto's digests are the JDK's.
class EvpDigestTest extends DescriptorAudit {
  private LibCrypto library;

  @BeforeEach
  void find() {
    assumeTrue(LibCrypto.find().isPresent(), () -> "no libcrypto: " + LibCrypto.whyNot());
    library = LibCrypto.find().orElseThrow();
  }

  @Test
  void everyDigestIsTheJdks_inAnyPieces() throws Exception {
    Random random = new Random(42);
    for (String algorithm : new String[] {"SHA-256", "SHA-512", "SHA-1", "MD5"}) {
      for (int size : new int[] {0, 1, 63, 64, 65, 4096, 100_000}) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        byte[] expected = MessageDigest.getInstance(algorithm).digest(bytes);
        try (Arena arena = Arena.ofConfined();
            EvpDigest digest = library.digest(algorithm).orElseThrow()) {
          MemorySegment source = arena.allocate(size + 1);
          MemorySegment.copy(bytes, 0, source, JAVA_BYTE, 0, size);
          int half = random.nextInt(size + 1);
          digest.update(source.address(), half);
          digest.update(source.asSlice(half, size - half));
          assertThat(digest.finish()).as(algorithm + " of " + size).isEqualTo(expected);
          assertThatThrownBy(digest::finish).isInstanceOf(IllegalStateException.class);
          digest.reset();
          digest.update(source.address(), size);
          assertThat(digest.finish()).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void namesAreTheJdksOrOpenssls_andUnknownOnesAreEmpty() {
    for (String name : new String[] {"sha256", "SHA256", "SHA-256"}) {
      try (EvpDigest digest = library.digest(name).orElseThrow()) {
        assertThat(digest.finish()).hasSize(32);
        assertThat(digest.algorithm()).isEqualTo(name);
      }
    }
    assertThat(library.digest("rope")).isEmpty();
    assertThat(library.digest("SHA256\0")).isEmpty();
    assertThat(library.toString()).contains("OpenSSL");
    assertThat(LibCrypto.whyNot()).isEmpty();
  }

  @Test
  void badUseIsRefusedInJava() {
    EvpDigest digest = library.digest("SHA-256").orElseThrow();
    assertThatThrownBy(() -> digest.update(0, -1)).isInstanceOf(IllegalArgumentException.class);
    MemorySegment heap = MemorySegment.ofArray(new byte[4]);
    assertThatThrownBy(() -> digest.update(heap)).isInstanceOf(IllegalArgumentException.class);
    digest.close();
    digest.close();
    assertThatThrownBy(() -> digest.update(0, 0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(digest::finish).isInstanceOf(IllegalStateException.class);
  }
}
