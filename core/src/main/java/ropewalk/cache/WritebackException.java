package ropewalk.cache;

import java.io.IOException;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;

/// Bytes that were written to the cache did not reach the backing, or the backing did not promise
/// to keep them. Thrown by flush, sync and close, once to each who has the file open for each
/// failure, whoever met it. The bytes are still in the cache and dirty, unless the message says
/// otherwise: a later flush tries again.
///
/// The error number is the one of the call that failed, EIO if it had none.
public final class WritebackException extends LinuxException {
  private static final long serialVersionUID = 1L;

  WritebackException(String message, IOException why) {
    super(errno(why), call(why), message);
    initCause(why);
  }

  private static int errno(IOException why) {
    return why.getCause() instanceof LinuxException known ? known.errno() : Errno.EIO;
  }

  private static String call(IOException why) {
    return why.getCause() instanceof LinuxException known ? known.call() : "writeback";
  }
}
