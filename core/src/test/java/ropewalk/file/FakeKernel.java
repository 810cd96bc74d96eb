package ropewalk.file;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;

/// The host's kernel, except for one call.
final class FakeKernel {
  /// What happens at that call, on the caller's thread.
  @FunctionalInterface
  interface Instead {
    /// The answer, or null to ask the host.
    @Nullable Integer of(Object[] arguments) throws Exception;
  }

  /// What happens when the host has answered that call.
  @FunctionalInterface
  interface After {
    /// Looks at what the host has filled in, and changes it.
    void of(Object[] arguments, long answer);
  }

  private FakeKernel() {}

  /// A kernel in which `instead` comes before each call of this name.
  static Syscalls before(String name, Instead instead) {
    return kernel(name, instead, (_, _) -> {});
  }

  /// A kernel in which `after` follows each call of this name.
  static Syscalls after(String name, After after) {
    return kernel(name, _ -> null, after);
  }

  private static Syscalls kernel(String name, Instead instead, After after) {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (_, method, arguments) -> {
              boolean isMeant = method.getName().equals(name);
              Integer answer = isMeant ? instead.of(arguments) : null;
              if (answer != null) {
                return method.getReturnType() == long.class ? (Object) (long) answer : answer;
              }
              try {
                Object told = method.invoke(HostSyscalls.host(), arguments);
                if (isMeant && told instanceof Number number) {
                  after.of(arguments, number.longValue());
                }
                return told;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
