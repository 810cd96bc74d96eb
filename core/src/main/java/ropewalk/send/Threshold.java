package ropewalk.send;

/// From how many bytes on a send is worth pins and a notification instead of a copy, and after how
/// many sends that the kernel copied all the same nobody tries again.
///
/// Pinning a page, noting it and reading the notification cost about as much as copying some
/// thousand bytes; the kernel's own advice is ten thousand. Over loopback, and to anybody who
/// listens in, the kernel copies what was lent: then all of that is lost.
///
/// @param bytes the fewest bytes of one send that are lent
/// @param copiesMax how many notifications in a row may say *copied* before lending ends; negative
///   for any number
public record Threshold(long bytes, int copiesMax) {
  /// A length that any threshold but [#NEVER] admits.
  public static final long LONGEST = Long.MAX_VALUE - 1;

  /// Of streams: the bytes from which on lending won by either engine, of bytes that are in the
  /// processor's cache: `bench/run sockets crossover`. Two copies in a row may be a coincidence of
  /// routes, three are not needed to know.
  public static final Threshold AUTO = new Threshold(32 << 10, 2);

  /// Of datagrams, likewise.
  public static final Threshold AUTO_DATAGRAM = new Threshold(60 << 10, 2);

  /// All that can be lent is, whatever becomes of it: for measurements and tests.
  public static final Threshold ALWAYS = new Threshold(1, -1);

  /// Nothing is lent.
  public static final Threshold NEVER = new Threshold(Long.MAX_VALUE, 0);

  /// Whether a send of `length` bytes is to be lent, after `copies` in a row were copied.
  public boolean isReached(long length, int copies) {
    return length >= bytes && (copiesMax < 0 || copies < copiesMax);
  }
}
