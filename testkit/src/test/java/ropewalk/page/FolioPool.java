package ropewalk.page;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Stands where the core keeps its pool, two storeys above: the audit asks for it by this name.
public final class FolioPool {
  /// What this pool complains about; a test adds to it.
  public static final List<String> COMPLAINTS = new CopyOnWriteArrayList<>();

  private FolioPool() {}

  /// As the real one's: empty at rest.
  public static List<String> census() {
    return COMPLAINTS;
  }
}
