package ropewalk.bench.sockets;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicLong;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;

/// Counts what goes out by splice(2), that is by reference, beneath the library: nobody has to be
/// believed. Slow, and so for samples that are not timed.
final class Spliced implements InvocationHandler {
  private final AtomicLong bytes = new AtomicLong();

  /// The machine's calls, counted here.
  Syscalls calls() {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(), new Class<?>[] {Syscalls.class}, this);
  }

  /// Bytes so far.
  long bytes() {
    return bytes.get();
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    try {
      Object result = method.invoke(HostSyscalls.host(), arguments);
      if (method.getName().equals("splice")) {
        bytes.addAndGet(Math.max((long) result, 0));
      }
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
