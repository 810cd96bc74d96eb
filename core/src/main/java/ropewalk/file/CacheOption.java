package ropewalk.file;

import java.nio.file.OpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// How a [CachedFile] is opened, besides what the JDK's options say.
public enum CacheOption implements OpenOption {
  /// Reads a private reflink of the file as it is now, of all of it: strangers go on writing and
  /// nothing of it is seen. For reading only, and for file systems that share blocks (btrfs, XFS,
  /// bcachefs); others say so in the error. Its cached bytes are its own and go with it.
  SNAPSHOT,

  /// Takes no lease while it reads. For files whose writers open them with O_NONBLOCK, and would
  /// get EAGAIN where others wait.
  UNGUARDED,

  /// Reads and writes the disk past the kernel's cache (O_DIRECT), so that what we cache is not
  /// cached twice. A miss then always asks the disk; small writes read their block first. For who
  /// gives this cache most of the memory.
  DIRECT;

  /// Those among `options` that are ours.
  static Set<CacheOption> among(OpenOption... options) {
    Set<CacheOption> ours = EnumSet.noneOf(CacheOption.class);
    for (OpenOption option : options) {
      if (option instanceof CacheOption our) {
        ours.add(our);
      }
    }
    return ours;
  }

  /// The others, for whom they are.
  static OpenOption[] without(OpenOption... options) {
    List<OpenOption> others = new ArrayList<>();
    for (OpenOption option : options) {
      if (!(option instanceof CacheOption)) {
        others.add(option);
      }
    }
    return others.toArray(OpenOption[]::new);
  }
}
