package ropewalk.page;

import java.io.IOException;

/// The pool has nothing to give, and says who holds it.
public final class PoolRefusal extends IOException {

  private static final long serialVersionUID = 1L;

  PoolRefusal(String message) {
    super(message);
  }
}
