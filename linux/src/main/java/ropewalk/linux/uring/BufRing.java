package ropewalk.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.invoke.VarHandle;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Mapping;
import ropewalk.linux.Memory;

/// Buffers provided to a ring: a queue that we fill and the kernel takes from, when bytes have come
/// and not before. So a thousand receivers that wait need no buffer each.
///
/// ```
///   struct io_uring_buf   0                8        12   14   16
///                         +----------------+--------+----+----+
///                entry 0  |    address     | length | id |tail|    the tail of all is in entry 0
///                         +----------------+--------+----+----+
///                entry 1  |    address     | length | id |    |
///                         +----------------+--------+----+----+
/// ```
///
/// **Shared with the kernel**: the tail. We alone write it, with release, after the entries before
/// it. The kernel's head is not to be seen: who fills counts what came back by completions.
///
/// A buffer is **lent** from [#publish] until the completion that names it, or until [#unregister]
/// has returned and all requests that may have picked one have completed. One thread at a time.
public final class BufRing {
  /// Bytes of one entry.
  public static final int SIZE = 16;

  private static final int LENGTH = 8;
  private static final int ID = 12;
  private static final int TAIL = 14;

  private static final VarHandle SHORT = JAVA_SHORT.varHandle();

  private final Registered registered;
  private final Mapping memory;
  private final int entries;
  private final int group;

  /// Entries filled so far; the kernel is told of them by [#publish()].
  private int tail;

  private boolean isOpen = true;

  private BufRing(Registered registered, Mapping memory, int entries, int group) {
    this.registered = registered;
    this.memory = memory;
    this.entries = entries;
    this.group = group;
  }

  /// Opens a queue of `entries`, a power of two up to 32768, under the number `group`. Since 5.19.
  public static BufRing open(Uring ring, int entries, int group) throws LinuxException {
    if (Integer.bitCount(entries) != 1 || entries > 1 << 15) {
      throw new IllegalArgumentException("not a power of two up to 32768: entries=" + entries);
    }
    Registered registered = new Registered(ring);
    Mapping memory = Mapping.anonymous(ring.syscalls(), (long) entries * SIZE, 0);
    int answer = registered.registerBufRing(memory.address(), entries, group);
    if (answer < 0) {
      memory.close();
      throw LinuxException.of(
          answer, "io_uring_register", "opcode", "PBUF_RING", "entries", entries, "group", group);
    }
    return new BufRing(registered, memory, entries, group);
  }

  /// Entries of the queue.
  public int entries() {
    return entries;
  }

  /// Its number, for [Sqe#recvMultishot].
  public int group() {
    return group;
  }

  /// Puts a buffer behind the last. There must be room: no more than [#entries()] may be in the
  /// kernel's hands. It is not seen before [#publish()].
  public void add(long address, int length, int id) {
    long entry = memory.address() + (long) (tail & entries - 1) * SIZE;
    Memory.ALL.set(JAVA_LONG, entry, address);
    Memory.ALL.set(JAVA_INT, entry + LENGTH, length);
    Memory.ALL.set(JAVA_SHORT, entry + ID, (short) id);
    tail++;
  }

  /// Lets the kernel see all that was added.
  public void publish() {
    SHORT.setRelease(Memory.ALL, memory.address() + TAIL, (short) tail);
  }

  /// Takes all buffers that are still queued back from the kernel; those that it has picked come by
  /// their completions all the same. A second call does nothing.
  ///
  /// @param isRingOpen false if the ring was closed: then the kernel has let go by itself
  public void unregister(boolean isRingOpen) {
    if (isOpen) {
      isOpen = false;
      if (isRingOpen) {
        registered.unregisterBufRing(group);
      }
      memory.close();
    }
  }
}
