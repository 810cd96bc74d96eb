package ropewalk.bench.peer;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// Bytes allocated on the Java heap by all threads since the VM started: carriers of virtual
/// threads, pollers and threads that have ended included.
public final class Heap {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Heap() {}

  /// Bytes so far.
  public static long allocated() {
    return THREADS.getTotalThreadAllocatedBytes();
  }
}
