package ropewalk.testkit;

import java.lang.foreign.Arena;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// A kernel that uses every freedom it has. It stands before another one, passes most calls on and
/// does a [Fault] to the rest: some by seed ([#often]), some by plan ([#fail]).
///
/// ```
///   caller --> calls() --> planned for this call?  --yes--> the fault --.
///                              | no                                     |
///                          the seed says so?       --yes--> the fault --+--> logged, answered
///                              | no                                     |
///                          the kernel below  --------------------------'
/// ```
///
/// Only legal faults are done, so whatever breaks is wrong with a real kernel too. A failed call
/// has no effect, with two exceptions that the kernel makes as well: a short one does its part, and
/// a reset really ends the connection.
///
/// Thread-safe: deciding takes a lock, the calls themselves run outside of it. With several threads
/// the seed no longer fixes who is hit.
public final class FaultySyscalls {
  /// Enough to see what led to a failure.
  private static final int LOG_MAX = 2_000;

  /// Strikes the `nth` call from now on of this name (all names if empty) that the fault is legal
  /// for.
  private static final class Plan {
    private final Fault fault;
    private final String name;
    private int left;

    Plan(Fault fault, String name, int nth) {
      this.fault = fault;
      this.name = name;
      this.left = nth;
    }
  }

  /// Answers `-errno` to the `nth` call of this name from now on.
  private static final class Refusal {
    private final String name;
    private final int errno;
    private int left;

    Refusal(String name, int nth, int errno) {
      this.name = name;
      this.left = nth;
      this.errno = errno;
    }
  }

  /// A property of one run with one fault, for [#sweep].
  @FunctionalInterface
  public interface Run {
    /// Uses `faulty.calls()`; has to end in order, with or without an exception of its own.
    void with(FaultySyscalls faulty) throws Exception;
  }

  private final Syscalls below;
  private final Syscalls calls;
  private final Gen gen;
  private final Map<Fault, Double> odds = new EnumMap<>(Fault.class);
  private final List<Plan> plans = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private int refused;
  private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
  private final Map<String, Integer> counts = new HashMap<>();
  private final Deque<String> log = new ArrayDeque<>();

  private FaultySyscalls(Syscalls below, long seed) {
    this.below = below;
    this.gen = Gen.seeded(seed);
    this.calls =
        (Syscalls)
            Proxy.newProxyInstance(
                Syscalls.class.getClassLoader(),
                new Class<?>[] {Syscalls.class},
                (proxy, method, arguments) ->
                    invoke(method, arguments == null ? new Object[0] : arguments));
  }

  /// A kernel before `below` that fails by `seed`; nothing fails yet.
  public static FaultySyscalls over(Syscalls below, long seed) {
    return new FaultySyscalls(below, seed);
  }

  /// Runs `run` again and again, each time with the next call failing, until no call is left that
  /// `fault` can be done to. Returns how many runs there were with a fault in them.
  public static int sweep(Syscalls below, Fault fault, Run run) throws Exception {
    for (int nth = 1; ; nth++) {
      FaultySyscalls faulty = over(below, nth).fail(fault, "", nth);
      try {
        run.with(faulty);
      } catch (Exception | AssertionError e) {
        e.addSuppressed(
            new AssertionError("with " + fault + " for legal call " + nth + ": " + faulty.log()));
        throw e;
      }
      if (faulty.done(fault) == 0) {
        return nth - 1;
      }
    }
  }

  /// The calls to hand to whatever is under test.
  public Syscalls calls() {
    return calls;
  }

  /// Does `fault` to this share of the calls it is legal for, `0.0 .. 1.0`.
  public synchronized FaultySyscalls often(Fault fault, double share) {
    odds.put(fault, share);
    return this;
  }

  /// Does `fault` to the `nth` call from now on, counted from 1 over the calls of this name (a
  /// method of [Syscalls]; all if empty) that it is legal for.
  public synchronized FaultySyscalls fail(Fault fault, String name, int nth) {
    plans.add(new Plan(fault, name, nth));
    return this;
  }

  /// Answers `-errno` to the `nth` call of this name from now on, counted from 1, without any
  /// effect. Whether a kernel would is for the caller to know.
  public synchronized FaultySyscalls refuse(String name, int nth, int errno) {
    refusals.add(new Refusal(name, nth, errno));
    return this;
  }

  /// How many calls were refused by [#refuse].
  public synchronized int refused() {
    return refused;
  }

  /// No more faults.
  public synchronized FaultySyscalls calm() {
    odds.clear();
    plans.clear();
    refusals.clear();
    return this;
  }

  /// How often this fault was done.
  public synchronized int done(Fault fault) {
    return done.getOrDefault(fault, 0);
  }

  /// How many calls of this name were made, failed ones included.
  public synchronized int count(String name) {
    return counts.getOrDefault(name, 0);
  }

  /// The last calls with their answers, oldest first; faults are named.
  public synchronized List<String> log() {
    return List.copyOf(log);
  }

  private @Nullable Object invoke(Method method, Object[] arguments) throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return method.invoke(this, arguments); // equals, hashCode, toString
    }
    Call call = new Call(below, method, arguments);
    int errno = refusal(method.getName());
    if (errno != 0) {
      return logged(call, null, negative(method, errno));
    }
    Fault fault = decide(call);
    if (fault == null) {
      return logged(call, null, pass(method, arguments));
    }
    if (fault == Fault.SHORT) {
      long asked = call.lengthAsked();
      long part;
      synchronized (this) {
        int grain = call.grain();
        part = gen.in(1, (asked - 1) / grain) * grain;
      }
      try (Arena arena = Arena.ofConfined()) {
        long scratch = arena.allocate(Call.SCRATCH_BYTES, 8).address();
        return logged(call, fault, pass(method, call.shortenedTo(part, scratch)));
      }
    }
    if (fault == Fault.ECONNRESET) {
      for (int stream : call.streams()) {
        below.shutdown(stream, Sockets.SHUT_RDWR);
      }
    }
    return logged(call, fault, negative(method, fault.errno()));
  }

  private static Object negative(Method method, int errno) {
    return method.getReturnType() == int.class ? (Object) (-errno) : (Object) (long) -errno;
  }

  private synchronized int refusal(String name) {
    for (Refusal refusal : refusals) {
      if (refusal.name.equals(name) && --refusal.left == 0) {
        refusals.remove(refusal);
        counts.merge(name, 1, Integer::sum);
        refused++;
        return refusal.errno;
      }
    }
    return 0;
  }

  private @Nullable Object pass(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(below, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private synchronized @Nullable Fault decide(Call call) {
    counts.merge(call.name(), 1, Integer::sum);
    for (Plan plan : plans) {
      if ((plan.name.isEmpty() || plan.name.equals(call.name()))
          && plan.fault.legal(call)
          && --plan.left == 0) {
        plans.remove(plan);
        return plan.fault;
      }
    }
    for (Map.Entry<Fault, Double> odd : odds.entrySet()) {
      if (gen.below(1 << 20) < odd.getValue() * (1 << 20) && odd.getKey().legal(call)) {
        return odd.getKey();
      }
    }
    return null;
  }

  private synchronized @Nullable Object logged(
      Call call, @Nullable Fault fault, @Nullable Object answer) {
    if (log.size() == LOG_MAX) {
      log.removeFirst();
    }
    String error =
        answer instanceof Number n && n.longValue() < 0 ? " " + Errno.name(-n.longValue()) : "";
    log.addLast(call + " = " + answer + error + (fault == null ? "" : " (" + fault + " done)"));
    if (fault != null) {
      done.merge(fault, 1, Integer::sum);
    }
    return answer;
  }
}
