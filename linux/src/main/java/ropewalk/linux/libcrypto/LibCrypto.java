package ropewalk.linux.libcrypto;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;

/// OpenSSL's libcrypto, where this system has it: digests over native memory without a copy through
/// the Java heap.
///
/// It is optional. [#find()] is empty where no library of [#NAMES] loads, and [#whyNot()] says what
/// was tried; the JDK's digests do the same work with one copy more. It is loaded once, on first
/// use.
@SuppressWarnings("restricted") // this module alone may: the rest of the house is refused by the VM
public final class LibCrypto {
  /// What is looked for, in this order.
  public static final List<String> NAMES =
      List.of("libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so");

  private static final class Holder {
    static final @Nullable LibCrypto FOUND;
    static final String WHY_NOT;

    static {
      List<String> reasons = new ArrayList<>();
      LibCrypto found = null;
      for (String name : NAMES) {
        try {
          found = new LibCrypto(name, SymbolLookup.libraryLookup(name, Arena.global()));
          break;
        } catch (RuntimeException e) {
          reasons.add(name + ": " + e.getMessage());
        }
      }
      FOUND = found;
      WHY_NOT = found == null ? String.join("; ", reasons) : "";
    }
  }

  private final String name;
  private final String version;
  private final MethodHandle byName;
  final MethodHandle contextNew;
  final MethodHandle contextFree;
  final MethodHandle init;
  final MethodHandle update;
  final MethodHandle updateSegment;
  final MethodHandle finish;

  private LibCrypto(String name, SymbolLookup library) {
    this.name = name;
    this.byName =
        link(library, "EVP_get_digestbyname", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    this.contextNew = link(library, "EVP_MD_CTX_new", FunctionDescriptor.of(JAVA_LONG));
    this.contextFree = link(library, "EVP_MD_CTX_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    FunctionDescriptor three = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    FunctionDescriptor guarded = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG);
    this.init = link(library, "EVP_DigestInit_ex", three);
    this.update = link(library, "EVP_DigestUpdate", three);
    this.updateSegment = link(library, "EVP_DigestUpdate", guarded);
    this.finish = link(library, "EVP_DigestFinal_ex", three);
    this.version = version(library);
  }

  private static MethodHandle link(SymbolLookup library, String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
  }

  private static String version(SymbolLookup library) {
    MethodHandle ask = link(library, "OpenSSL_version", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
    try {
      long text = (long) ask.invokeExact(0);
      return Memory.ALL.getString(text, StandardCharsets.US_ASCII);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// The library, or empty where there is none: see [#whyNot()].
  public static Optional<LibCrypto> find() {
    return Optional.ofNullable(Holder.FOUND);
  }

  /// What was tried and why it failed; empty when there is a library.
  public static String whyNot() {
    return Holder.WHY_NOT;
  }

  /// A digest by the JDK's or OpenSSL's name ("SHA-256", "sha256", "BLAKE2b512"); empty when this
  /// library has none of that name. The caller owns it.
  public Optional<EvpDigest> digest(String algorithm) {
    long type = typeOf(algorithm);
    if (type == 0) {
      type = typeOf(algorithm.replace("-", ""));
    }
    return type == 0 ? Optional.empty() : Optional.of(new EvpDigest(this, type, algorithm));
  }

  private long typeOf(String algorithm) {
    byte[] bytes = algorithm.getBytes(StandardCharsets.UTF_8);
    try (Scratch text = new Scratch(bytes.length + 1L)) {
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == 0) {
          return 0;
        }
        Memory.ALL.set(JAVA_BYTE, text.address() + i, bytes[i]);
      }
      return (long) byName.invokeExact(text.address());
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /// `libcrypto.so.3 (OpenSSL 3.0.17 ...)`
  @Override
  public String toString() {
    return name + " (" + version + ")";
  }

  /// Downcalls throw nothing of their own but what a bad segment argument deserves.
  static RuntimeException unexpected(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      return e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
    return new IllegalStateException("a downcall threw a checked exception", thrown);
  }
}
