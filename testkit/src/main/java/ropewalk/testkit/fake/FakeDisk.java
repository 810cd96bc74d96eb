package ropewalk.testkit.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Open;
import ropewalk.testkit.Gen;

/// The names of a file system, with a journal: changes of names reach the disk in their order, and
/// a crash keeps a first part of those that were not synced, chosen by seed.
///
/// Names stand in one flat map, from whole path to file. There are no symbolic links.
final class FakeDisk {
  private static final int NAME_MAX = 255;

  private final Gen gen;
  private Map<String, FakeFile> names = new TreeMap<>();
  private final Map<String, FakeFile> durable = new TreeMap<>();
  private final List<Consumer<Map<String, FakeFile>>> journal = new ArrayList<>();
  private long inos = 1;

  FakeDisk(Gen gen) {
    this.gen = gen;
    names.put("/", create(true));
    durable.putAll(names);
  }

  /// A new file that has no name yet.
  FakeFile create(boolean directory) {
    return new FakeFile(++inos, directory);
  }

  @Nullable FakeFile get(String path) {
    return names.get(path);
  }

  /// Gives `file` a name.
  void link(String path, FakeFile file) {
    file.links++;
    change(map -> map.put(path, file));
  }

  /// Takes a name away; who has the file open keeps it.
  void unlink(String path, FakeFile file) {
    file.links--;
    change(map -> map.remove(path));
  }

  /// Moves a name, over another one if there is one, with all that is below it.
  void rename(String from, String to) {
    change(
        map -> {
          Map<String, FakeFile> moved = new TreeMap<>();
          map.entrySet()
              .removeIf(
                  entry -> {
                    boolean moves =
                        entry.getKey().equals(from) || entry.getKey().startsWith(from + "/");
                    if (moves) {
                      moved.put(to + entry.getKey().substring(from.length()), entry.getValue());
                    }
                    return moves;
                  });
          map.putAll(moved);
        });
  }

  boolean isEmpty(String directory) {
    String prefix = directory.equals("/") ? "/" : directory + "/";
    return names.keySet().stream().noneMatch(it -> it.startsWith(prefix) && !it.equals(prefix));
  }

  private void change(Consumer<Map<String, FakeFile>> change) {
    change.accept(names);
    journal.add(change);
  }

  /// All names are on the disk now.
  void commit() {
    journal.forEach(change -> change.accept(durable));
    journal.clear();
  }

  /// The power went.
  void crash() {
    int kept = gen.in(0, journal.size());
    journal.subList(0, kept).forEach(change -> change.accept(durable));
    journal.clear();
    names = new TreeMap<>(durable);
    names.values().stream().distinct().forEach(file -> file.crash(gen));
  }

  /// The whole path that `path` means from the directory `base`, or the reason why there is none.
  /// Every part but the last has to be a directory.
  Resolved resolve(String base, String path, int resolve) {
    boolean beneath = (resolve & Open.RESOLVE_BENEATH) != 0;
    boolean inRoot = (resolve & Open.RESOLVE_IN_ROOT) != 0;
    if (path.isEmpty()) {
      return Resolved.failed(Errno.ENOENT);
    }
    if (path.startsWith("/") && beneath) {
      return Resolved.failed(Errno.EXDEV);
    }
    List<String> parts = new ArrayList<>();
    if (inRoot || !path.startsWith("/")) {
      addParts(parts, base);
    }
    int floor = beneath || inRoot ? parts.size() : 0;
    for (String part : path.split("/", -1)) {
      if (part.length() > NAME_MAX) {
        return Resolved.failed(Errno.ENAMETOOLONG);
      }
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      FakeFile here = names.get(join(parts));
      if (here == null || !here.directory) {
        return Resolved.failed(here == null ? Errno.ENOENT : Errno.ENOTDIR);
      }
      if (!part.equals("..")) {
        parts.add(part);
      } else if (parts.size() > floor) {
        parts.removeLast();
      } else if (beneath) {
        return Resolved.failed(Errno.EXDEV);
      }
    }
    FakeFile end = names.get(join(parts));
    if (path.endsWith("/") && end != null && !end.directory) {
      return Resolved.failed(Errno.ENOTDIR);
    }
    return new Resolved(join(parts), 0);
  }

  private static void addParts(List<String> parts, String path) {
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty()) {
        parts.add(part);
      }
    }
  }

  private static String join(List<String> parts) {
    return "/" + String.join("/", parts);
  }

  /// A whole path, or an error.
  record Resolved(String path, int errno) {
    static Resolved failed(int errno) {
      return new Resolved("", errno);
    }
  }
}
