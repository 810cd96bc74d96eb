package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Gen;

/// A kernel that lives in this process, the same for the same seed. Hand [#calls] to whatever is
/// under test; put a [ropewalk.testkit.FaultySyscalls] before it for short counts and errors.
///
/// **Waiting.** A call that has to wait waits for another thread, in real time; so an engine's
/// poller works on it. A test of one thread gives a [Scheduler] instead: it is asked for progress
/// whenever a call would wait. When it has none, a time-out has come, and a wait without one is
/// reported as the deadlock it is.
///
/// **Crash.** [#crash] loses what was not synced; descriptors are gone; the names and bytes that
/// the disk has left are there for the next run.
///
/// **Not there:** io_uring (-ENOSYS, so an engine falls back), datagrams, control messages,
/// symbolic links, permissions. A call that nobody wrote answers -ENOSYS.
public final class FakeKernel {
  /// Enough to see what led to a failure.
  private static final int LOG_MAX = 2_000;

  /// Makes progress when a call would wait, in the same thread; calls on the kernel are allowed.
  @FunctionalInterface
  public interface Scheduler {
    /// False when there is nothing left to do.
    boolean step();
  }

  private record Handler(Object room, Method method) {}

  private final World world;
  private final PipeCalls pipes;
  private final Map<String, Handler> handlers = new HashMap<>();
  private final Deque<String> log = new ArrayDeque<>();
  private final Syscalls calls;

  /// A kernel with an empty disk; `seed` decides what a crash keeps and in which order events come.
  public FakeKernel(long seed) {
    world = new World(seed);
    pipes = new PipeCalls(world);
    for (Object room :
        List.of(
            new ByteCalls(world),
            new EventCalls(world),
            new FileCalls(world),
            new PathCalls(world),
            pipes,
            new ProcessCalls(),
            new SocketCalls(world))) {
      furnish(room);
    }
    calls =
        (Syscalls)
            Proxy.newProxyInstance(
                Syscalls.class.getClassLoader(),
                new Class<?>[] {Syscalls.class},
                (proxy, method, arguments) ->
                    invoke(method, arguments == null ? new Object[0] : arguments));
  }

  /// The calls.
  public Syscalls calls() {
    return calls;
  }

  /// Whom to ask for progress instead of waiting for other threads.
  public FakeKernel whenWaiting(Scheduler scheduler) {
    synchronized (world) {
      world.schedule(scheduler);
    }
    return this;
  }

  /// A kernel whose splice out of a file copies, as a future one may.
  public FakeKernel spliceCopies() {
    synchronized (world) {
      pipes.spliceCopies(true);
    }
    return this;
  }

  /// A kernel whose files demand this alignment of direct I/O, which is 512 otherwise; with 0 they
  /// refuse O_DIRECT.
  public FakeKernel directBlock(int bytes) {
    synchronized (world) {
      world.directBlock = bytes;
    }
    return this;
  }

  /// Makes a directory, which no call of ours does. It survives a crash.
  public FakeKernel directory(String path) {
    synchronized (world) {
      world.disk.link(path, world.disk.create(true));
      world.disk.commit();
    }
    return this;
  }

  /// The power goes: descriptors are gone, and of what was not synced each sector is old or new.
  public void crash() {
    synchronized (world) {
      world.forget();
      world.disk.crash();
      world.notifyAll();
    }
  }

  /// What a crash now would leave of the file of this name: of each sector that was not synced the
  /// old bytes or the new, by `gen`. Nothing crashes.
  public byte[] leftOf(String path, Gen gen) {
    synchronized (world) {
      return named(path).left(gen);
    }
  }

  /// Some of what is dirty of this file reaches the disk by itself.
  public void trickle(String path, Gen gen) {
    synchronized (world) {
      named(path).trickle(gen);
    }
  }

  /// The next sync of a file, by whatever call, fails with EIO, after some sectors have reached the
  /// disk; nobody will try the others again.
  public FakeKernel failNextSync() {
    synchronized (world) {
      world.nextSyncFails = true;
    }
    return this;
  }

  private FakeFile named(String path) {
    FakeFile file = world.disk.get(path);
    if (file == null) {
      throw new IllegalArgumentException("no file: path=" + path);
    }
    return file;
  }

  /// How many descriptors are open.
  public int descriptors() {
    synchronized (world) {
      return world.descriptors();
    }
  }

  /// The last calls with their answers, oldest first.
  public List<String> log() {
    synchronized (world) {
      return new ArrayList<>(log);
    }
  }

  /// Every public method of a room has to be a call of the kernel's, or it would never be called.
  private void furnish(Object room) {
    for (Method method : room.getClass().getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())) {
        try {
          Method call = Syscalls.class.getMethod(method.getName(), method.getParameterTypes());
          method.setAccessible(true);
          handlers.put(call.toString(), new Handler(room, method));
        } catch (NoSuchMethodException e) {
          throw new AssertionError("not a call of the kernel's: " + method, e);
        }
      }
    }
  }

  private @Nullable Object invoke(Method method, Object[] arguments) throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return method.invoke(this, arguments);
    }
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] instanceof MemorySegment segment) {
        return invoke(addressed(method), addressed(arguments, i, segment));
      }
    }
    synchronized (world) {
      Handler handler = handlers.get(method.toString());
      Object answer = handler == null ? missing(method) : call(handler, arguments);
      world.notifyAll();
      if (log.size() == LOG_MAX) {
        log.removeFirst();
      }
      log.addLast(method.getName() + List.of(arguments) + " = " + answer);
      return answer;
    }
  }

  private static Object missing(Method method) {
    return method.getReturnType() == int.class ? (Object) (-Errno.ENOSYS) : -(long) Errno.ENOSYS;
  }

  private static Object call(Handler handler, Object[] arguments) throws Throwable {
    try {
      return handler.method.invoke(handler.room, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /// The form of the same call that takes an address and a length.
  private static Method addressed(Method method) throws NoSuchMethodException {
    List<Class<?>> types = new ArrayList<>();
    for (Class<?> type : method.getParameterTypes()) {
      if (type == MemorySegment.class) {
        types.add(long.class);
        types.add(long.class);
      } else {
        types.add(type);
      }
    }
    return Syscalls.class.getMethod(method.getName(), types.toArray(Class<?>[]::new));
  }

  private static Object[] addressed(Object[] arguments, int index, MemorySegment segment) {
    List<Object> flat = new ArrayList<>(List.of(arguments));
    flat.set(index, segment.address());
    flat.add(index + 1, segment.byteSize());
    return flat.toArray();
  }
}
