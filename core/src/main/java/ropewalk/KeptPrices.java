package ropewalk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import ropewalk.splice.Prices;

/// Where the prices of this machine's routes are kept between two processes: a small text file.
///
/// | `ropewalk.prices` (system property) | file |
/// |---|---|
/// | not set | `$XDG_CACHE_HOME/ropewalk/prices`, or `~/.cache/ropewalk/prices` |
/// | a path | that one |
/// | `none` | none: the built-in order |
///
/// Prices of another kernel or another machine are not used: their first line names both. A file
/// that can't be read is as good as none, and the log says why; no program fails to start for it.
public final class KeptPrices {
  /// The property that names the file.
  public static final String PROPERTY = "ropewalk.prices";

  private static final System.Logger LOG = System.getLogger("ropewalk");

  private KeptPrices() {}

  /// The file; empty if nothing is to be kept.
  public static Optional<Path> file() {
    String named = System.getProperty(PROPERTY);
    if (named != null) {
      return named.equals("none") ? Optional.empty() : Optional.of(Path.of(named));
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path folder =
        cache == null || cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return Optional.of(folder.resolve("ropewalk").resolve("prices"));
  }

  /// What prices of this machine begin with: kernel, architecture and processors.
  public static String machine() {
    return "Linux %s, %s, %d processors"
        .formatted(
            System.getProperty("os.version"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors());
  }

  /// What was kept on this machine; [Prices#NONE] if nothing was.
  public static Prices load() {
    Path file = file().orElse(null);
    if (file == null) {
      return Prices.NONE;
    }
    try {
      Prices kept = Prices.parse(Files.readString(file));
      return kept.origin().startsWith(machine()) ? kept : Prices.NONE;
    } catch (NoSuchFileException e) {
      return Prices.NONE;
    } catch (IOException | IllegalArgumentException e) {
      LOG.log(System.Logger.Level.WARNING, "prices in {0} are not used: {1}", file, e);
      return Prices.NONE;
    }
  }

  /// Keeps `prices`, all or nothing.
  public static void keep(Path file, Prices prices) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path beside = Files.createTempFile(folder, "prices", ".new");
    try {
      Files.writeString(beside, prices.text());
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
