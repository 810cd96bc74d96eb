package ropewalk.net;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.engine.Reception;
import ropewalk.engine.Tray;
import ropewalk.linux.Fd;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;

/// Pool folios that wait, in the kernel's hands, for whatever arrives first at any of many sockets.
///
/// ```
///   tray of 4 KiB rooms      3: |#######|..............|    what arrived is split off, published
///                                arrived   still in the tray          and handed on
///                            4: |####################|      full: handed on whole, a fresh folio
///                                                           takes the place
/// ```
///
/// A folio is pinned while any of it is in the tray, for the kernel may write there at any time; a
/// range is handed on once, and what has been handed on is never put back. When the pool has no
/// folio left a place stays empty until it has; a socket that finds the tray empty receives
/// plainly.
///
/// Shared by sockets, which are closed before it. Thread-safe: guarded by this object. Contract
///
public final class ReceiveTray implements AutoCloseable {
  /// A rest smaller than a page isn't worth an answer of the kernel's.
  private static final int REST_MIN = 4096;

  private final FolioPool pool;
  private final int bytes;
  private final Tray tray;

  /// By number of the buffer: the range that is in the kernel's hands, or was filled and is not
  /// taken yet; null where there is none.
  private final @Nullable PageRef[] rooms;

  private int missing;

  /// Held by who closes it, until no socket receives into it any more.
  private final ReentrantLock closing = new ReentrantLock();

  private ReceiveTray(FolioPool pool, int bytes, Tray tray) {
    this.pool = pool;
    this.bytes = bytes;
    this.tray = tray;
    this.rooms = new @Nullable PageRef[tray.size()];
    this.missing = tray.size();
  }

  /// Opens a tray of `buffers` (a power of two) folios of `bytes` each; the caller owns it, and
  /// closes it before pool and engine.
  ///
  /// @throws IOException where there is no io_uring, or one that has no such buffers: before 6.0
  public static ReceiveTray open(Engine engine, FolioPool pool, int buffers, int bytes)
      throws IOException {
    ReceiveTray tray = new ReceiveTray(pool, bytes, engine.openTray(buffers));
    tray.refill();
    return tray;
  }

  /// A way for the socket `fd` to receive into this tray; the caller owns it.
  Reception reception(Fd fd) {
    return tray.reception(fd);
  }

  /// Puts folios where they are missing, as far as the pool has some.
  synchronized void refill() {
    for (int id = 0; missing > 0 && id < rooms.length; id++) {
      if (rooms[id] == null && !supply(id)) {
        return;
      }
    }
  }

  private boolean supply(int id) {
    PageRef fresh = pool.tryTake(bytes, FolioClass.RING);
    if (fresh == null) {
      return false;
    }
    fresh.pin();
    rooms[id] = fresh;
    missing--;
    tray.put(id, fresh.address(), fresh.length());
    return true;
  }

  /// *Gives* the `length` bytes that arrived in buffer `id`, published; the rest of it, or another
  /// folio, takes its place. Null if nothing arrived after all.
  synchronized @Nullable PageRef take(int id, int length) {
    PageRef room = rooms[id];
    if (room == null) {
      throw new IllegalStateException("take(" + id + ", " + length + "): it was taken before");
    }
    if (length == 0) {
      tray.put(id, room.address(), room.length());
      return null;
    }
    PageRef arrived = room;
    if (room.length() - length >= REST_MIN) {
      arrived = room.splitHead(length);
      tray.put(id, room.address(), room.length());
    } else {
      room.unpin();
      rooms[id] = null;
      missing++;
      supply(id);
    }
    arrived.publish(length);
    return arrived;
  }

  /// Bytes of the pool that are in the tray.
  public synchronized long held() {
    long held = 0;
    for (PageRef room : rooms) {
      held += room == null ? 0 : room.length();
    }
    return held;
  }

  /// Takes all folios back from the kernel and gives them to the pool; waits for sockets that still
  /// receive into it to be closed. Idempotent.
  @Override
  public void close() {
    closing.lock(); // not this object, which sockets that end need
    try {
      tray.close();
      giveBack();
    } finally {
      closing.unlock();
    }
  }

  private synchronized void giveBack() {
    for (int id = 0; id < rooms.length; id++) {
      PageRef room = rooms[id];
      if (room != null) {
        rooms[id] = null;
        missing++;
        room.unpin();
        room.close();
      }
    }
  }

  @Override
  public String toString() {
    return "ReceiveTray[buffers=" + rooms.length + ", bytes=" + bytes + "]";
  }
}
