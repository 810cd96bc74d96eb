package ropewalk.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import ropewalk.linux.Errno;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Gen;

/// A kernel that takes requests reluctantly: by seed, io_uring_enter answers EINTR, EAGAIN or EBUSY
/// and takes nothing.
final class RingFaults {
  private RingFaults() {}

  static Syscalls over(Syscalls below, long seed) {
    Gen gen = Gen.seeded(seed);
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("ioUringEnter")) {
                synchronized (gen) {
                  if (gen.oneIn(3)) {
                    return -gen.pick(Errno.EINTR, Errno.EAGAIN, Errno.EBUSY);
                  }
                }
              }
              try {
                return method.invoke(below, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }
}
