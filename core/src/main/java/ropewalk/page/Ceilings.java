package ropewalk.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How much memory this process may have, as the machine says it, in bytes. [#UNLIMITED] where it
/// says nothing.
///
/// @param physical the machine's memory (`/proc/meminfo`)
/// @param container the tightest limit of the control groups above us: `memory.max` of version 2 or
///   `memory.limit_in_bytes` of version 1
/// @param memlock the most that may be locked, and so registered with io_uring, without privilege
///   (`RLIMIT_MEMLOCK`; 8 MiB is common)
public record Ceilings(long physical, long container, long memlock) {

  /// No limit known.
  public static final long UNLIMITED = Long.MAX_VALUE;

  /// Version 1 writes "no limit" as the largest multiple of a page below 2^63; anything near it is
  /// none either.
  private static final long NO_LIMIT_V1 = 1L << 60;

  /// This machine's.
  public static Ceilings ofThisMachine() {
    return read(Path.of("/"));
  }

  /// Reads `proc` and `sys/fs/cgroup` below `root`. A file that isn't there or isn't understood
  /// sets no limit: a pool that is planned too large is no harm before its pages are touched.
  public static Ceilings read(Path root) {
    long physical =
        lines(root.resolve("proc/meminfo")).stream()
            .filter(line -> line.startsWith("MemTotal:"))
            .mapToLong(line -> number(line.replaceAll("[^0-9]", ""), UNLIMITED / 1024) * 1024)
            .findFirst()
            .orElse(UNLIMITED);
    long memlock =
        lines(root.resolve("proc/self/limits")).stream()
            .filter(line -> line.startsWith("Max locked memory"))
            .mapToLong(
                line ->
                    number(
                        line.substring("Max locked memory".length()).strip().split(" ", 2)[0],
                        UNLIMITED))
            .findFirst()
            .orElse(UNLIMITED);
    return new Ceilings(physical, container(root), memlock);
  }

  /// The tighter of machine and container.
  public long memory() {
    return Math.min(physical, container);
  }

  private static long container(Path root) {
    long tightest = UNLIMITED;
    for (String line : lines(root.resolve("proc/self/cgroup"))) {
      String[] part = line.split(":", 3);
      if (part.length < 3) {
        continue;
      }
      if (part[1].isEmpty()) {
        tightest = Math.min(tightest, up(root, "sys/fs/cgroup", part[2], "memory.max"));
      } else if (List.of(part[1].split(",")).contains("memory")) {
        tightest =
            Math.min(tightest, up(root, "sys/fs/cgroup/memory", part[2], "memory.limit_in_bytes"));
      }
    }
    return tightest;
  }

  /// The tightest limit from our own group up to the top: each of them binds.
  private static long up(Path root, String mount, String group, String file) {
    Path top = root.resolve(mount);
    Path at = top.resolve(group.substring(group.startsWith("/") ? 1 : 0)).normalize();
    long tightest = UNLIMITED;
    while (at != null && at.startsWith(top)) {
      for (String line : lines(at.resolve(file))) {
        long limit = number(line.strip(), UNLIMITED);
        tightest = Math.min(tightest, limit >= NO_LIMIT_V1 ? UNLIMITED : limit);
      }
      at = at.getParent();
    }
    return tightest;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }

  private static long number(String digits, long otherwise) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
