package ropewalk.pipe;

import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;

/// Nobody will ever drain the pipe: the kernel's EPIPE, with a type so that it can be caught alone.
public final class BrokenPipeException extends LinuxException {

  private static final long serialVersionUID = 1L;

  BrokenPipeException(String pipe) {
    super(Errno.EPIPE, "write", pipe + ": nobody drains it any more: EPIPE (32)");
  }
}
