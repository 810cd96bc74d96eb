package ropewalk.linux;

import java.nio.charset.StandardCharsets;

/// What the kernel says of itself: `struct utsname`, six names of 65 bytes, ended by a NUL.
///
/// ```
///   0         65        130       195       260       325       390
///   +---------+---------+---------+---------+---------+---------+
///   | sysname | node    | release | version | machine | domain  |
///   +---------+---------+---------+---------+---------+---------+
/// ```
public final class Uname {
  /// Bytes of all.
  public static final int SIZE = 390;

  /// Bytes of each name, its NUL included.
  public static final int NAME_SIZE = 65;

  /// Offset of the release.
  public static final int RELEASE = 130;

  private Uname() {}

  /// The release, such as `6.18.44`.
  public static String release(long address) {
    return Memory.segment(address + RELEASE, NAME_SIZE).getString(0, StandardCharsets.US_ASCII);
  }
}
