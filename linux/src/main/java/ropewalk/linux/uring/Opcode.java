package ropewalk.linux.uring;

/// The kinds of request, with the kernel's number `IORING_OP_*`.
public enum Opcode {
  /// `IORING_OP_NOP`: nothing.
  NOP(0),

  /// `IORING_OP_READV`.
  READV(1),

  /// `IORING_OP_WRITEV`.
  WRITEV(2),

  /// `IORING_OP_FSYNC`.
  FSYNC(3),

  /// `IORING_OP_READ_FIXED`.
  READ_FIXED(4),

  /// `IORING_OP_WRITE_FIXED`.
  WRITE_FIXED(5),

  /// `IORING_OP_POLL_ADD`.
  POLL_ADD(6),

  /// `IORING_OP_POLL_REMOVE`.
  POLL_REMOVE(7),

  /// `IORING_OP_SYNC_FILE_RANGE`.
  SYNC_FILE_RANGE(8),

  /// `IORING_OP_SENDMSG`.
  SENDMSG(9),

  /// `IORING_OP_RECVMSG`.
  RECVMSG(10),

  /// `IORING_OP_TIMEOUT`.
  TIMEOUT(11),

  /// `IORING_OP_TIMEOUT_REMOVE`.
  TIMEOUT_REMOVE(12),

  /// `IORING_OP_ACCEPT`.
  ACCEPT(13),

  /// `IORING_OP_ASYNC_CANCEL`.
  ASYNC_CANCEL(14),

  /// `IORING_OP_LINK_TIMEOUT`.
  LINK_TIMEOUT(15),

  /// `IORING_OP_CONNECT`.
  CONNECT(16),

  /// `IORING_OP_FALLOCATE`.
  FALLOCATE(17),

  /// `IORING_OP_OPENAT`.
  OPENAT(18),

  /// `IORING_OP_CLOSE`.
  CLOSE(19),

  /// `IORING_OP_FILES_UPDATE`.
  FILES_UPDATE(20),

  /// `IORING_OP_STATX`.
  STATX(21),

  /// `IORING_OP_READ`.
  READ(22),

  /// `IORING_OP_WRITE`.
  WRITE(23),

  /// `IORING_OP_FADVISE`.
  FADVISE(24),

  /// `IORING_OP_MADVISE`.
  MADVISE(25),

  /// `IORING_OP_SEND`.
  SEND(26),

  /// `IORING_OP_RECV`.
  RECV(27),

  /// `IORING_OP_OPENAT2`. Since 5.6.
  OPENAT2(28),

  /// `IORING_OP_EPOLL_CTL`.
  EPOLL_CTL(29),

  /// `IORING_OP_SPLICE`. Since 5.7.
  SPLICE(30),

  /// `IORING_OP_PROVIDE_BUFFERS`.
  PROVIDE_BUFFERS(31),

  /// `IORING_OP_REMOVE_BUFFERS`.
  REMOVE_BUFFERS(32),

  /// `IORING_OP_TEE`.
  TEE(33),

  /// `IORING_OP_SHUTDOWN`.
  SHUTDOWN(34),

  /// `IORING_OP_RENAMEAT`.
  RENAMEAT(35),

  /// `IORING_OP_UNLINKAT`.
  UNLINKAT(36),

  /// `IORING_OP_MKDIRAT`.
  MKDIRAT(37),

  /// `IORING_OP_SYMLINKAT`.
  SYMLINKAT(38),

  /// `IORING_OP_LINKAT`.
  LINKAT(39),

  /// `IORING_OP_MSG_RING`. Since 5.18.
  MSG_RING(40),

  /// `IORING_OP_FSETXATTR`.
  FSETXATTR(41),

  /// `IORING_OP_SETXATTR`.
  SETXATTR(42),

  /// `IORING_OP_FGETXATTR`.
  FGETXATTR(43),

  /// `IORING_OP_GETXATTR`.
  GETXATTR(44),

  /// `IORING_OP_SOCKET`.
  SOCKET(45),

  /// `IORING_OP_URING_CMD`.
  URING_CMD(46),

  /// `IORING_OP_SEND_ZC`. Since 6.0.
  SEND_ZC(47),

  /// `IORING_OP_SENDMSG_ZC`. Since 6.1.
  SENDMSG_ZC(48);

  private final int number;

  Opcode(int number) {
    this.number = number;
  }

  /// The kernel's number.
  public int number() {
    return number;
  }
}
