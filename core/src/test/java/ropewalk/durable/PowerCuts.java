package ropewalk.durable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.fake.FakeKernel;

/// Stands before a fake kernel and asks, at any of its calls, what a crash right now would leave of
/// one file, and the judge what he thinks of it.
///
/// ```
///   house --call--> PowerCuts --call--> FakeKernel
///                      │ before and after: by seed, some pages go to the disk by themselves;
///                      └────────────────── by seed, the power might go: Promise judges what is left
/// ```
///
/// Nothing is really cut, so one run has a hundred crashes. `lies` is the bug that has to be found:
/// syncs are answered and not carried out.
final class PowerCuts {
  private static final Set<String> SYNCS = Set.of("fsync", "fdatasync");

  private final FakeKernel kernel;
  private final String path;
  private final Promise promise;
  private final Gen gen;
  private final boolean lies;
  private final Syscalls calls;
  private int crashes;
  private @Nullable String complaint;

  PowerCuts(FakeKernel kernel, String path, Promise promise, long seed, boolean lies) {
    this.kernel = kernel;
    this.path = path;
    this.promise = promise;
    this.gen = Gen.seeded(seed);
    this.lies = lies;
    this.calls =
        (Syscalls)
            Proxy.newProxyInstance(
                Syscalls.class.getClassLoader(),
                new Class<?>[] {Syscalls.class},
                (proxy, method, arguments) ->
                    invoke(method, arguments == null ? new Object[0] : arguments));
  }

  /// The calls to hand to the house.
  Syscalls calls() {
    return calls;
  }

  /// How many crashes have been judged.
  synchronized int crashes() {
    return crashes;
  }

  /// What was wrong first; null if nothing was.
  synchronized @Nullable String complaint() {
    return complaint;
  }

  private @Nullable Object invoke(Method method, Object[] arguments) throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return method.invoke(this, arguments);
    }
    maybe("before " + method.getName());
    if (lies && SYNCS.contains(method.getName())) {
      return 0;
    }
    Object answer;
    try {
      answer = method.invoke(kernel.calls(), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
    maybe("after " + method.getName());
    return answer;
  }

  private synchronized void maybe(String when) {
    if (gen.oneIn(16)) {
      kernel.trickle(path, gen);
    }
    if (gen.oneIn(4)) {
      crash(when);
    }
  }

  /// The power might go now.
  synchronized void crash(String when) {
    crashes++;
    String wrong = promise.complaint(kernel.leftOf(path, gen));
    if (!wrong.isEmpty() && complaint == null) {
      complaint = "crash %d, %s: %s".formatted(crashes, when, wrong);
    }
  }
}
