package ropewalk;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;

/// The host's kernel, with some calls answered otherwise, for refusals that this machine's kernel
/// does not make and another one, or a container, does.
final class Otherwise {
  /// Sees every call before the kernel does.
  @FunctionalInterface
  interface Answer {
    /// The call's result, such as `-errno`; null to let the kernel answer.
    @Nullable Long to(String call, Object[] arguments);
  }

  private Otherwise() {}

  static Syscalls host(Answer answer) {
    Syscalls host = HostSyscalls.host();
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) ->
                answered(host, answer, method, arguments == null ? new Object[0] : arguments));
  }

  private static @Nullable Object answered(
      Syscalls host, Answer answer, Method method, Object[] arguments) throws Throwable {
    Long result = answer.to(method.getName(), arguments);
    if (result != null) {
      return method.getReturnType() == int.class ? (Object) result.intValue() : result;
    }
    try {
      return method.invoke(host, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
