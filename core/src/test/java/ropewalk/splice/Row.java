package ropewalk.splice;

/// The rows of the table of results and errors (contract 2b) that a [Program] can meet, and what a
/// step must have looked like to count for one. Rows that only one side can have (a signal, a watch
/// queue, a truncated page) have tests of their own.
enum Row {
  LENGTH_ZERO("length 0: 0"),
  UNKNOWN_FLAG("unknown flag: EINVAL"),
  BAD_END("closed, not readable or not writable: EBADF"),
  PIPE_WITH_OFFSET("a pipe with an offset: ESPIPE"),
  NO_PIPE("splice, neither end a pipe: EINVAL"),
  SAME_PIPE("splice, both ends the same pipe: EINVAL"),
  APPEND("splice or sendfile to O_APPEND: EINVAL"),
  NEGATIVE_OFFSET("negative offset: EINVAL"),
  NO_READERS("into a pipe that nobody reads: EPIPE"),
  FULL("into a full pipe, non-blocking: EAGAIN"),
  EMPTY_ENDED("from an empty pipe that nobody writes: 0"),
  EMPTY("from an empty pipe, non-blocking: EAGAIN"),
  FILE_ENDED("from a file at its end: 0"),
  SHORT("less than asked, and no error"),
  STOPPED_AFTER_SHORT("the call after a short one meets what stopped it"),
  SENDFILE_FROM_PIPE("sendfile from a pipe: EINVAL"),
  TEE_NO_PIPES("tee, not two pipes: EINVAL"),
  TEE_SAME_PIPE("tee, the same pipe: EINVAL"),
  VMSPLICE_NO_PIPE("vmsplice, not a pipe: EBADF"),
  VMSPLICE_MANY("vmsplice, more than IOV_MAX segments: EINVAL"),
  FAULT("memory that can't be used: EFAULT"),
  FAULT_AFTER_SOME("memory that can't be used, after some bytes: short"),
  RESIZE_BUSY("fewer slots than are filled: EBUSY"),
  RESIZE_TOO_LARGE("more than 2 GiB: EINVAL"),
  RESIZE_FORBIDDEN("more than a pipe may have: EPERM"),
  PACKET_CUT("a packet longer than the read: the rest is dropped"),
  WAITED_FOR_BYTES("a drain that waited for a partner's bytes"),
  WAITED_FOR_END("a drain that waited for the end"),
  WAITED_FOR_ROOM("a fill that waited for a partner's read"),
  WAITED_FOR_BREAK("a fill that waited, and the pipe broke: EPIPE");

  private final String sentence;

  Row(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }
}
