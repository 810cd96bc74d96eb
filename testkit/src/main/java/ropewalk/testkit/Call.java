package ropewalk.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Map;
import java.util.StringJoiner;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Open;
import ropewalk.linux.Sockets;
import ropewalk.linux.Splices;
import ropewalk.linux.Syscalls;

/// One call on its way to the kernel: its name and arguments, and what the descriptors in it are.
final class Call {
  /// Room for a [Msghdr] and one [Iovec] behind it.
  static final long SCRATCH_BYTES = Msghdr.SIZE + Iovec.SIZE;

  private static final int BLOCK = 4096;

  /// The calls that move bytes: the names of the parameters they come from and go to.
  private record Ends(String source, String target) {}

  private static final Map<String, Ends> MOVES =
      Map.ofEntries(
          Map.entry("read", new Ends("fd", "")),
          Map.entry("pread", new Ends("fd", "")),
          Map.entry("preadv2", new Ends("fd", "")),
          Map.entry("recv", new Ends("fd", "")),
          Map.entry("recvfrom", new Ends("fd", "")),
          Map.entry("recvmsg", new Ends("fd", "")),
          Map.entry("write", new Ends("", "fd")),
          Map.entry("pwrite", new Ends("", "fd")),
          Map.entry("pwritev2", new Ends("", "fd")),
          Map.entry("send", new Ends("", "fd")),
          Map.entry("sendmsg", new Ends("", "fd")),
          Map.entry("vmsplice", new Ends("", "fd")),
          Map.entry("splice", new Ends("fdIn", "fdOut")),
          Map.entry("tee", new Ends("fdIn", "fdOut")),
          Map.entry("sendfile", new Ends("fdIn", "fdOut")),
          Map.entry("copyFileRange", new Ends("fdIn", "fdOut")));

  private final Syscalls below;
  private final Method method;
  private final Object[] arguments;

  Call(Syscalls below, Method method, Object[] arguments) {
    this.below = below;
    this.method = method;
    this.arguments = arguments;
  }

  String name() {
    return method.getName();
  }

  boolean moves() {
    return MOVES.containsKey(name());
  }

  /// What the bytes come from; OTHER for memory.
  FdKind source() {
    return moves() ? kind(ends().source) : FdKind.OTHER;
  }

  /// What the bytes go to; OTHER for memory.
  FdKind target() {
    return moves() ? kind(ends().target) : FdKind.OTHER;
  }

  private Ends ends() {
    return MOVES.getOrDefault(name(), new Ends("", ""));
  }

  FdKind kind(String parameter) {
    return has(parameter) ? FdKind.of(below, (int) number(parameter)) : FdKind.OTHER;
  }

  /// True for an open that may make a new file.
  boolean creates() {
    return name().equals("openat2") && (number("flags") & Open.O_CREAT) != 0;
  }

  /// The stream sockets among the ends: what a reset ends.
  int[] streams() {
    Ends ends = ends();
    return java.util.stream.Stream.of(ends.source, ends.target)
        .filter(end -> kind(end) == FdKind.STREAM)
        .mapToInt(end -> (int) number(end))
        .toArray();
  }

  /// True if an end would rather decline than wait: it, or this call, is non-blocking.
  boolean mayDecline() {
    long flags = has("flags") ? number("flags") : 0;
    if (name().matches("send|recv|recvfrom|sendmsg|recvmsg")
        && (flags & Sockets.MSG_DONTWAIT) != 0) {
      return true;
    }
    if (name().matches("splice|tee|vmsplice")) {
      return (flags & Splices.SPLICE_F_NONBLOCK) != 0;
    }
    Ends ends = name().equals("accept4") ? new Ends("fd", "") : ends();
    return declines(ends.source) || declines(ends.target);
  }

  private boolean declines(String end) {
    return has(end)
        && kind(end) != FdKind.FILE
        && (below.fcntl((int) number(end), Fcntl.F_GETFL, 0) & Open.O_NONBLOCK) != 0;
  }

  /// What a short count is a multiple of: direct I/O ends at a block of 4 KiB here, which is a
  /// block of any disk; all else anywhere.
  int grain() {
    return isDirect(ends().source) || isDirect(ends().target) ? BLOCK : 1;
  }

  private boolean isDirect(String end) {
    return has(end)
        && kind(end) == FdKind.FILE
        && (below.fcntl((int) number(end), Fcntl.F_GETFL, 0) & Open.O_DIRECT) != 0;
  }

  /// How many bytes were asked for.
  long lengthAsked() {
    if (has("length")) {
      return number("length");
    }
    for (Object argument : arguments) {
      if (argument instanceof MemorySegment segment) {
        return segment.byteSize();
      }
    }
    long sum = 0;
    for (int i = 0; i < iovCount(); i++) {
      sum += Iovec.length(iov(), i);
    }
    return sum;
  }

  /// The same call for the first `length` bytes only. Vectors are cut within their first run, in a
  /// copy at `scratch` ([#SCRATCH_BYTES]).
  Object[] shortenedTo(long length, long scratch) {
    Object[] shorter = arguments.clone();
    if (has("length")) {
      shorter[index("length")] = length;
      return shorter;
    }
    for (int i = 0; i < shorter.length; i++) {
      if (shorter[i] instanceof MemorySegment segment) {
        shorter[i] = segment.asSlice(0, length);
        return shorter;
      }
    }
    long cut = scratch + Msghdr.SIZE;
    Iovec.set(cut, 0, Iovec.base(iov(), 0), Math.min(length, Iovec.length(iov(), 0)));
    if (has("message")) {
      MemorySegment.copy(Memory.ALL, number("message"), Memory.ALL, scratch, Msghdr.SIZE);
      Memory.ALL.set(ValueLayout.JAVA_LONG, scratch + Msghdr.IOV, cut);
      Memory.ALL.set(ValueLayout.JAVA_LONG, scratch + Msghdr.IOV_COUNT, 1L);
      shorter[index("message")] = scratch;
    } else {
      shorter[index("iov")] = cut;
      shorter[index("count")] = 1;
    }
    return shorter;
  }

  private long iov() {
    return has("message")
        ? Memory.ALL.get(ValueLayout.JAVA_LONG, number("message") + Msghdr.IOV)
        : number("iov");
  }

  private long iovCount() {
    return has("message")
        ? Memory.ALL.get(ValueLayout.JAVA_LONG, number("message") + Msghdr.IOV_COUNT)
        : number("count");
  }

  private boolean has(String parameter) {
    return index(parameter) >= 0;
  }

  private long number(String parameter) {
    return ((Number) arguments[index(parameter)]).longValue();
  }

  private int index(String parameter) {
    Parameter[] parameters = method.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i].getName().equals(parameter)) {
        return i;
      }
    }
    return -1;
  }

  /// `pread(fd=7, address=0x…, length=4096, offset=0)`.
  @Override
  public String toString() {
    StringJoiner joiner = new StringJoiner(", ", name() + "(", ")");
    for (int i = 0; i < arguments.length; i++) {
      joiner.add(method.getParameters()[i].getName() + "=" + arguments[i]);
    }
    return joiner.toString();
  }
}
