/// io_uring: two queues shared with the kernel.
///
/// ```
///                     +---------------------- one mapping -----------------------+
///   Sqe.read(...) --> |  SQ: head, tail, array          CQ: head, tail, CQEs     | --> Cqe.result
///        |            +----------------------------------------------------------+        ^
///        v                    |                                    ^                      |
///   +---- mapping ----+       |  io_uring_enter                    |  completions         |
///   |      SQEs       | ------+----------------> kernel -----------+                 Uring.peekCqe
///   +-----------------+
/// ```
///
/// Rules: a ring is read without calls; one enter may submit many entries; memory named by an entry
/// is lent until its last completion; a cancel is a request of its own and no completion of its
/// target.
///
/// Reading order: [Uring][ropewalk.linux.uring.Uring], [Sqe][ropewalk.linux.uring.Sqe],
/// [Cqe][ropewalk.linux.uring.Cqe], [Registered][ropewalk.linux.uring.Registered],
/// [BufRing][ropewalk.linux.uring.BufRing], [Opcode][ropewalk.linux.uring.Opcode].
package ropewalk.linux.uring;
