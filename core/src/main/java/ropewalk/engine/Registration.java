package ropewalk.engine;

/// Memory that a ring knows in advance: its pages were looked up and pinned once, so that a request
/// inside of it needs no look-up of its own (READ_FIXED, WRITE_FIXED).
///
/// ```
///   address                                   address + bytes
///      |================ registered ==============|- - - - asked for - - - -|
///            [ read of one range: fixed ]    [ read: plain ]
/// ```
///
/// The memory is *lent* to the kernel until [#close] or until the engine closes. Meanwhile it must
/// keep its pages: after `MADV_DONTNEED` the ring still fills the old ones, and the bytes are
/// nowhere to be seen (rule 5 of the state word).
///
/// Requests that use it may be under way when it is closed: no new ones will, and the ring lets go
/// after the last answer. The memory itself is lent to each request besides, so who frees it sees
/// to it that they are over.
///
/// What is not registered works the same, only dearer, so a refusal is no error: [#bytes] is then
/// less than was asked, perhaps 0, and [#why] says what stood in the way.
public final class Registration implements AutoCloseable {

  /// Ends the loan.
  interface Ending {
    void end(Registration registration);
  }

  private final long address;
  private final long bytes;
  private final String why;
  private final Ending ending;

  /// Requests of a shared ring that use it, by [FixedBuffers].
  final Gate uses = new Gate();

  Registration(long address, long bytes, String why, Ending ending) {
    this.address = address;
    this.bytes = bytes;
    this.why = why;
    this.ending = ending;
  }

  /// Nothing is registered, because of `why`.
  static Registration none(String why) {
    return new Registration(0, 0, why, registration -> {});
  }

  /// Bytes that are registered, from the start of what was offered.
  public long bytes() {
    return bytes;
  }

  /// Why it is not more; empty if it is all.
  public String why() {
    return why;
  }

  /// Whether all of `length` bytes at `start` are in it.
  boolean covers(long start, long length) {
    return start >= address && length <= bytes && start - address <= bytes - length;
  }

  /// Takes the memory back, if the engine has not closed before. Idempotent.
  @Override
  public void close() {
    ending.end(this);
  }

  /// For people: `4096 KiB`, and why not more.
  @Override
  public String toString() {
    return (bytes >> 10) + " KiB" + (why.isEmpty() ? "" : ": " + why);
  }
}
