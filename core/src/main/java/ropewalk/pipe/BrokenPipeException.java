package ropewalk.pipe;

import java.io.IOException;

/// Nobody will ever drain the pipe: what the kernel says by EPIPE.
public final class BrokenPipeException extends IOException {

  private static final long serialVersionUID = 1L;

  BrokenPipeException(String message) {
    super(message);
  }
}
