package ropewalk.net;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Memory;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;

/// An address as the kernel takes it: resolved, of one family. Immutable.
///
/// | | [#inet] | [#path] | [#bytes] |
/// |---|---|---|---|
/// | TCP, UDP, ping, raw IP | host and port | | the same as a `struct sockaddr` |
/// | AF_UNIX | | a path; a first NUL makes it abstract, empty is no name | the same |
/// | any other family | | | a `struct sockaddr`, family and all |
///
/// [Address] is what people write, names of hosts included; this is what one send goes to and what
/// one receive came from.
public final class SocketName {
  private final @Nullable InetSocketAddress inet;
  private final @Nullable String path;
  private final byte @Nullable [] raw;

  private SocketName(
      @Nullable InetSocketAddress inet, @Nullable String path, byte @Nullable [] raw) {
    this.inet = inet;
    this.path = path;
    this.raw = raw;
  }

  /// An internet address that has been resolved.
  public static SocketName of(InetSocketAddress inet) {
    if (inet.isUnresolved()) {
      throw new IllegalArgumentException("the name has not been resolved: " + inet);
    }
    return new SocketName(inet, null, null);
  }

  /// @throws IOException if the path is longer than the kernel's field for it
  static SocketName of(Address.Unix address) throws IOException {
    return ofPath(address.path());
  }

  /// A path in the file system, or with a first NUL an abstract name.
  ///
  /// @throws IOException if it is longer than the kernel's field for it
  public static SocketName ofPath(String path) throws IOException {
    int bytes = path.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > SockAddr.PATH_MAX) {
      throw new IOException(
          "unix:%s: the path of a socket has at most %d bytes, this one has %d"
              .formatted(path, SockAddr.PATH_MAX, bytes));
    }
    return new SocketName(null, path, null);
  }

  /// A `struct sockaddr` of any family; copied.
  public static SocketName ofBytes(byte[] sockaddr) {
    if (sockaddr.length < Short.BYTES || sockaddr.length > SockAddr.SIZE) {
      throw new IllegalArgumentException(
          "a struct sockaddr has %d to %d bytes, this one has %d"
              .formatted(Short.BYTES, SockAddr.SIZE, sockaddr.length));
    }
    return new SocketName(null, null, copied(sockaddr));
  }

  /// Reads the `length` bytes that the kernel wrote at `address`; null if it wrote none.
  static @Nullable SocketName read(long address, int length) {
    if (length < Short.BYTES) {
      return null;
    }
    return switch (SockAddr.family(address)) {
      case Sockets.AF_INET, Sockets.AF_INET6 -> of(SockAddr.inet(address));
      case Sockets.AF_UNIX -> new SocketName(null, SockAddr.unix(address, length), null);
      default -> {
        byte[] raw = new byte[Math.min(length, SockAddr.SIZE)];
        for (int i = 0; i < raw.length; i++) {
          raw[i] = Memory.ALL.get(ValueLayout.JAVA_BYTE, address + i);
        }
        yield new SocketName(null, null, raw);
      }
    };
  }

  /// Host and port; null for other families.
  public @Nullable InetSocketAddress inet() {
    return inet;
  }

  /// A path, or with a first NUL an abstract name, or empty for no name; null for other families.
  public @Nullable String path() {
    return path;
  }

  /// The `struct sockaddr` of a family that is neither internet nor AF_UNIX; a copy, empty for
  /// those.
  public byte[] bytes() {
    return raw == null ? new byte[0] : copied(raw);
  }

  /// Byte by byte: addresses are short, and bulk copies belong to one place of the house.
  private static byte[] copied(byte[] from) {
    byte[] to = new byte[from.length];
    for (int i = 0; i < to.length; i++) {
      to[i] = from[i];
    }
    return to;
  }

  /// The kernel's number of the family.
  public int family() {
    if (inet != null) {
      InetAddress host = inet.getAddress();
      return host instanceof java.net.Inet4Address ? Sockets.AF_INET : Sockets.AF_INET6;
    }
    return raw == null
        ? Sockets.AF_UNIX
        : Short.toUnsignedInt(ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder()).getShort(0));
  }

  /// Writes it at `address`, which has room for [SockAddr#SIZE] bytes.
  ///
  /// @return its length in bytes
  int write(long address) {
    if (inet != null) {
      return SockAddr.set(address, inet);
    }
    if (raw == null) {
      return SockAddr.setUnix(address, path == null ? "" : path);
    }
    for (int i = 0; i < raw.length; i++) {
      Memory.ALL.set(ValueLayout.JAVA_BYTE, address + i, raw[i]);
    }
    return raw.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SocketName that
        && Objects.equals(inet, that.inet)
        && Objects.equals(path, that.path)
        && Arrays.equals(raw, that.raw);
  }

  @Override
  public int hashCode() {
    return Objects.hash(inet, path, Arrays.hashCode(raw));
  }

  @Override
  public String toString() {
    if (inet != null) {
      return inet.getAddress().getHostAddress() + ":" + inet.getPort();
    }
    if (raw != null) {
      return "sockaddr:" + HexFormat.of().formatHex(raw);
    }
    return "unix:" + (path == null ? "" : path.replace('\0', '@'));
  }
}
