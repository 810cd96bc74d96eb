package ropewalk.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import ropewalk.linux.Memory;

/// A submission: `struct io_uring_sqe`, and one method per request that fills it.
///
/// ```
///   0    1    2        4        8                16               24       28       32
///   +----+----+--------+--------+----------------+----------------+--------+--------+
///   | op |flag| ioprio |   fd   |     offset     |    address     | length |op flags|
///   +----+----+--------+--------+----------------+----------------+--------+--------+
///   32               40       42       44       48               56               64
///   +----------------+--------+--------+--------+----------------+----------------+
///   |   user data    |  buf   | person |splicefd|    address 3   |                |
///   +----------------+--------+--------+--------+----------------+----------------+
/// ```
///
/// Each method takes the address of a zeroed entry ([Uring#nextSqe()]) first and the caller's
/// number last; the number comes back in every completion of the request. Memory named by an entry
/// is **lent** until its (last) completion. An offset of -1 means the descriptor's own position.
public final class Sqe {
  /// Bytes of one entry.
  public static final int SIZE = 64;

  /// Offset of the request's kind (8 bits).
  public static final int OPCODE = 0;

  /// Offset of `IOSQE_*` (8 bits).
  public static final int FLAGS = 1;

  /// Offset of the priority, or of a request's own flags (16 bits).
  public static final int IOPRIO = 2;

  /// Offset of the descriptor (32 bits).
  public static final int FD = 4;

  /// Offset of the offset, or of a second address (64 bits).
  public static final int OFFSET = 8;

  /// Offset of the address (64 bits).
  public static final int ADDRESS = 16;

  /// Offset of the length (32 bits).
  public static final int LENGTH = 24;

  /// Offset of the flags of the request itself (32 bits).
  public static final int OP_FLAGS = 28;

  /// Offset of the caller's number (64 bits).
  public static final int USER_DATA = 32;

  /// Offset of the number of a registered buffer or of a group of provided ones (16 bits).
  public static final int BUF_INDEX = 40;

  /// Offset of the source of a splice, or of a registered file's number (32 bits).
  public static final int SPLICE_FD_IN = 44;

  /// Flag: the descriptor is the number of a registered file.
  public static final int IOSQE_FIXED_FILE = 1;

  /// Flag: starts when all before have completed.
  public static final int IOSQE_IO_DRAIN = 1 << 1;

  /// Flag: the next entry starts when this one has succeeded in full.
  public static final int IOSQE_IO_LINK = 1 << 2;

  /// Flag: the next entry starts when this one has completed, whatever came of it.
  public static final int IOSQE_IO_HARDLINK = 1 << 3;

  /// Flag: straight to a worker thread.
  public static final int IOSQE_ASYNC = 1 << 4;

  /// Flag: takes a provided buffer.
  public static final int IOSQE_BUFFER_SELECT = 1 << 5;

  /// Flag: no completion when it succeeds.
  public static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

  /// Poll: keeps on reporting until cancelled.
  public static final int IORING_POLL_ADD_MULTI = 1;

  /// Cancel: all requests that match, not the first alone.
  public static final int IORING_ASYNC_CANCEL_ALL = 1;

  /// Cancel: requests of a descriptor.
  public static final int IORING_ASYNC_CANCEL_FD = 1 << 1;

  /// Cancel: any request.
  public static final int IORING_ASYNC_CANCEL_ANY = 1 << 2;

  /// Send and receive: waits for readiness first, since a try would fail.
  public static final int IORING_RECVSEND_POLL_FIRST = 1;

  /// Receive: keeps on receiving into provided buffers until cancelled, at the end or out of them.
  /// Since 6.0.
  public static final int IORING_RECV_MULTISHOT = 1 << 1;

  /// Zero-copy send: the address lies in a registered buffer.
  public static final int IORING_RECVSEND_FIXED_BUF = 1 << 2;

  /// Zero-copy send: the notification tells whether the kernel copied after all.
  public static final int IORING_SEND_ZC_REPORT_USAGE = 1 << 3;

  /// Accept: keeps on accepting until cancelled.
  public static final int IORING_ACCEPT_MULTISHOT = 1;

  /// Fsync: as fdatasync.
  public static final int IORING_FSYNC_DATASYNC = 1;

  /// Timeout: a point in time, not a length of it.
  public static final int IORING_TIMEOUT_ABS = 1;

  /// Bytes of the struct open_how that [#openat2] points at: flags, mode, resolve, 8 bytes each.
  public static final int OPEN_HOW_SIZE = 24;

  private Sqe() {}

  private static void fill(
      long sqe, Opcode op, int fd, long offset, long address, int length, int opFlags, long data) {
    Memory.ALL.set(JAVA_BYTE, sqe + OPCODE, (byte) op.number());
    Memory.ALL.set(JAVA_INT, sqe + FD, fd);
    Memory.ALL.set(JAVA_LONG, sqe + OFFSET, offset);
    Memory.ALL.set(JAVA_LONG, sqe + ADDRESS, address);
    Memory.ALL.set(JAVA_INT, sqe + LENGTH, length);
    Memory.ALL.set(JAVA_INT, sqe + OP_FLAGS, opFlags);
    Memory.ALL.set(JAVA_LONG, sqe + USER_DATA, data);
  }

  // ---- what goes for all

  /// Sets `IOSQE_*` flags.
  public static void setFlags(long sqe, int flags) {
    Memory.ALL.set(JAVA_BYTE, sqe + FLAGS, (byte) flags);
  }

  /// Adds `IOSQE_*` flags to those that are set.
  public static void addFlags(long sqe, int flags) {
    setFlags(sqe, Memory.ALL.get(JAVA_BYTE, sqe + FLAGS) | flags);
  }

  /// Lets an entry name registered file `index` instead of its descriptor.
  public static void setRegisteredFile(long sqe, int index) {
    Memory.ALL.set(JAVA_INT, sqe + FD, index);
    addFlags(sqe, IOSQE_FIXED_FILE);
  }

  /// The caller's number of an entry.
  public static long userData(long sqe) {
    return Memory.ALL.get(JAVA_LONG, sqe + USER_DATA);
  }

  private static void setIoprio(long sqe, int value) {
    Memory.ALL.set(JAVA_SHORT, sqe + IOPRIO, (short) value);
  }

  private static void setBufIndex(long sqe, int index) {
    Memory.ALL.set(JAVA_SHORT, sqe + BUF_INDEX, (short) index);
  }

  // ---- waiting and cancelling

  /// Does nothing and completes with 0.
  public static void nop(long sqe, long data) {
    fill(sqe, Opcode.NOP, -1, 0, 0, 0, 0, data);
  }

  /// Completes when one of `events` has happened on `fd`, with what happened.
  public static void pollAdd(long sqe, int fd, int events, long data) {
    fill(sqe, Opcode.POLL_ADD, fd, 0, 0, 0, events, data);
  }

  /// The same, again and again until cancelled; each completion but the last has more behind it.
  public static void pollAddMulti(long sqe, int fd, int events, long data) {
    fill(sqe, Opcode.POLL_ADD, fd, 0, 0, IORING_POLL_ADD_MULTI, events, data);
  }

  /// Takes the poll with number `target` away: 0, or -ENOENT when it has fired, or -EALREADY.
  public static void pollRemove(long sqe, long target, long data) {
    fill(sqe, Opcode.POLL_REMOVE, -1, 0, target, 0, 0, data);
  }

  /// Asks to cancel the request with number `target`: 0, -ENOENT when there is none, -EALREADY when
  /// it can't be stopped. Not a completion of the target: that one comes by itself.
  public static void asyncCancel(long sqe, long target, int cancelFlags, long data) {
    fill(sqe, Opcode.ASYNC_CANCEL, -1, 0, target, 0, cancelFlags, data);
  }

  /// Asks to cancel all requests on `fd`: how many, or -errno.
  public static void asyncCancelFd(long sqe, int fd, long data) {
    int flags = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL;
    fill(sqe, Opcode.ASYNC_CANCEL, fd, 0, 0, 0, flags, data);
  }

  /// Completes with -ETIME after the time at `timespec` (seconds, nanoseconds; lent until
  /// submitted), or with 0 after `count` other completions (0: not by count).
  public static void timeout(long sqe, long timespec, int count, int timeoutFlags, long data) {
    fill(sqe, Opcode.TIMEOUT, -1, count, timespec, 1, timeoutFlags, data);
  }

  /// Posts a completion with `result` and `targetData` to the ring `ringFd`.
  public static void msgRing(long sqe, int ringFd, int result, long targetData, long data) {
    fill(sqe, Opcode.MSG_RING, ringFd, targetData, 0, result, 0, data);
  }

  // ---- files

  /// read and pread.
  public static void read(long sqe, int fd, long address, int length, long offset, long data) {
    fill(sqe, Opcode.READ, fd, offset, address, length, 0, data);
  }

  /// write and pwrite.
  public static void write(long sqe, int fd, long address, int length, long offset, long data) {
    fill(sqe, Opcode.WRITE, fd, offset, address, length, 0, data);
  }

  /// preadv2; `rwFlags` are `RWF_*`. The iovecs are lent until submitted, what they name until
  /// done.
  public static void readv(
      long sqe, int fd, long iov, int count, long offset, int rwFlags, long data) {
    fill(sqe, Opcode.READV, fd, offset, iov, count, rwFlags, data);
  }

  /// pwritev2; as [#readv].
  public static void writev(
      long sqe, int fd, long iov, int count, long offset, int rwFlags, long data) {
    fill(sqe, Opcode.WRITEV, fd, offset, iov, count, rwFlags, data);
  }

  /// read into a part of registered buffer `buffer`.
  public static void readFixed(
      long sqe, int fd, long address, int length, long offset, int buffer, long data) {
    fill(sqe, Opcode.READ_FIXED, fd, offset, address, length, 0, data);
    setBufIndex(sqe, buffer);
  }

  /// write from a part of registered buffer `buffer`.
  public static void writeFixed(
      long sqe, int fd, long address, int length, long offset, int buffer, long data) {
    fill(sqe, Opcode.WRITE_FIXED, fd, offset, address, length, 0, data);
    setBufIndex(sqe, buffer);
  }

  /// fsync, or fdatasync when `dataOnly`.
  public static void fsync(long sqe, int fd, boolean dataOnly, long data) {
    fill(sqe, Opcode.FSYNC, fd, 0, 0, 0, dataOnly ? IORING_FSYNC_DATASYNC : 0, data);
  }

  /// openat2: `path` is the address of a string ended by a NUL, `how` of a struct open_how; both
  /// lent until submitted.
  public static void openat2(long sqe, int dirfd, long path, long how, long data) {
    fill(sqe, Opcode.OPENAT2, dirfd, how, path, OPEN_HOW_SIZE, 0, data);
  }

  /// close.
  public static void close(long sqe, int fd, long data) {
    fill(sqe, Opcode.CLOSE, fd, 0, 0, 0, 0, data);
  }

  // ---- pipes

  /// splice. It always runs on a worker thread.
  public static void splice(
      long sqe,
      int fdIn,
      long offsetIn,
      int fdOut,
      long offsetOut,
      int length,
      int spliceFlags,
      long data) {
    fill(sqe, Opcode.SPLICE, fdOut, offsetOut, offsetIn, length, spliceFlags, data);
    Memory.ALL.set(JAVA_INT, sqe + SPLICE_FD_IN, fdIn);
  }

  // ---- sockets

  /// send; `msgFlags` are `MSG_*`.
  public static void send(long sqe, int fd, long address, int length, int msgFlags, long data) {
    fill(sqe, Opcode.SEND, fd, 0, address, length, msgFlags, data);
  }

  /// recv.
  public static void recv(long sqe, int fd, long address, int length, int msgFlags, long data) {
    fill(sqe, Opcode.RECV, fd, 0, address, length, msgFlags, data);
  }

  /// recv into buffers of group `group`, one completion for each buffer filled, until one comes
  /// without more behind it: -ENOBUFS when the group is out of buffers, 0 at the end.
  public static void recvMultishot(long sqe, int fd, int group, int msgFlags, long data) {
    fill(sqe, Opcode.RECV, fd, 0, 0, 0, msgFlags, data);
    setIoprio(sqe, IORING_RECV_MULTISHOT);
    setFlags(sqe, IOSQE_BUFFER_SELECT);
    setBufIndex(sqe, group);
  }

  /// sendmsg of the [ropewalk.linux.Msghdr] at `message`.
  public static void sendmsg(long sqe, int fd, long message, int msgFlags, long data) {
    fill(sqe, Opcode.SENDMSG, fd, 0, message, 1, msgFlags, data);
  }

  /// recvmsg into the [ropewalk.linux.Msghdr] at `message`.
  public static void recvmsg(long sqe, int fd, long message, int msgFlags, long data) {
    fill(sqe, Opcode.RECVMSG, fd, 0, message, 1, msgFlags, data);
  }

  /// Sends without a copy where the path allows. Two completions: the result, with more behind it,
  /// and the notification that the pages are ours again. `zcFlags` are
  /// `IORING_SEND_ZC_REPORT_USAGE` and `IORING_RECVSEND_*`.
  public static void sendZc(
      long sqe, int fd, long address, int length, int msgFlags, int zcFlags, long data) {
    fill(sqe, Opcode.SEND_ZC, fd, 0, address, length, msgFlags, data);
    setIoprio(sqe, zcFlags);
  }

  /// The same out of registered buffer `buffer`.
  public static void sendZcFixed(
      long sqe,
      int fd,
      long address,
      int length,
      int msgFlags,
      int zcFlags,
      int buffer,
      long data) {
    sendZc(sqe, fd, address, length, msgFlags, zcFlags | IORING_RECVSEND_FIXED_BUF, data);
    setBufIndex(sqe, buffer);
  }

  /// sendmsg of the [ropewalk.linux.Msghdr] at `message` without a copy; else as [#sendZc]. Header
  /// and iovecs are lent until the first completion, the pages until the notification.
  public static void sendmsgZc(
      long sqe, int fd, long message, int msgFlags, int zcFlags, long data) {
    fill(sqe, Opcode.SENDMSG_ZC, fd, 0, message, 1, msgFlags, data);
    setIoprio(sqe, zcFlags);
  }

  /// accept4: the peer's address and the int that holds its length, or 0 and 0; lent until done.
  public static void accept(
      long sqe, int fd, long address, long addressLength, int socketFlags, long data) {
    fill(sqe, Opcode.ACCEPT, fd, addressLength, address, 0, socketFlags, data);
  }

  /// connect; the address is lent until submitted.
  public static void connect(long sqe, int fd, long address, int length, long data) {
    fill(sqe, Opcode.CONNECT, fd, length, address, 0, 0, data);
  }
}
