package ropewalk.cache;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Unsigned;
import org.jspecify.annotations.Nullable;

/// What Java Flight Recorder can be told of the page cache. Nothing is allocated, and no clock is
/// read, unless a recording wants the event: an instance that is never filled is asked first.
///
/// | event | lasts | when |
/// |---|---|---|
/// | `ropewalk.Fetch` | the read | runs were missing and have been read |
/// | `ropewalk.Version` | taking memory, keeping the rest | a write replaces what is on loan or given |
/// | `ropewalk.Refusal` | | a loan was refused and the bytes were copied |
/// | `ropewalk.Writeback` | the write | dirty runs have been written, or not |
/// | `ropewalk.Stall` | the wait | a writer had to write back itself, or to wait for it |
///
/// `jfr print --events 'ropewalk.*' FILE` shows them. Hits and loans are too many to be events:
/// [CacheStats] counts them.
final class CacheEvents {
  private static final Fetch FETCH = new Fetch();
  private static final Version VERSION = new Version();
  private static final Refusal REFUSAL = new Refusal();
  private static final Writeback WRITEBACK = new Writeback();
  private static final Stall STALL = new Stall();

  private CacheEvents() {}

  /// Which bytes of which file.
  @Category({"Ropewalk", "Page cache"})
  @StackTrace(false)
  abstract static class OfFile extends Event {
    @Label("Device")
    @Unsigned
    long device;

    @Label("Inode")
    @Unsigned
    long inode;

    @Label("Offset")
    @DataAmount
    long offset;

    @Label("Bytes")
    @DataAmount
    long bytes;

    /// Says which, and tells.
    final void tell(FileMap map, long offset, long bytes) {
      device = map.id().dev();
      inode = map.id().ino();
      this.offset = offset;
      this.bytes = bytes;
      commit();
    }
  }

  @Name("ropewalk.Fetch")
  @Label("Fetch")
  @Description("Runs that were missing were read from the file")
  static final class Fetch extends OfFile {
    @Label("Runs")
    int runs;

    @Label("Sound")
    @Description("No stranger was seen to write meanwhile; else the bytes were thrown away")
    boolean isSound;
  }

  @Name("ropewalk.Version")
  @Label("Version")
  @Description("A write replaced a run, because its old bytes are on loan, given or pinned")
  static final class Version extends OfFile {
    @Label("Copied")
    @Description("Bytes of the old version that the write keeps")
    @DataAmount
    long copied;
  }

  @Name("ropewalk.Refusal")
  @Label("Loan refused")
  @Description("A loan was refused, usually at the limit of its charge: the bytes were copied")
  static final class Refusal extends OfFile {}

  @Name("ropewalk.Writeback")
  @Label("Writeback")
  @Description("Dirty runs were written to the file")
  static final class Writeback extends OfFile {
    @Label("Failed")
    boolean isFailed;
  }

  @Name("ropewalk.Stall")
  @Label("Stall")
  @Description("A writer could not go on until dirty runs had been written")
  @StackTrace
  static final class Stall extends OfFile {}

  /// A fetch begins; null if nobody wants to know.
  static @Nullable Fetch fetch() {
    return FETCH.isEnabled() ? begun(new Fetch()) : null;
  }

  /// A version is about to be made; null if nobody wants to know.
  static @Nullable Version version() {
    return VERSION.isEnabled() ? begun(new Version()) : null;
  }

  /// A writeback begins; null if nobody wants to know.
  static @Nullable Writeback writeback() {
    return WRITEBACK.isEnabled() ? begun(new Writeback()) : null;
  }

  /// A writer stands; null if nobody wants to know.
  static @Nullable Stall stall() {
    return STALL.isEnabled() ? begun(new Stall()) : null;
  }

  /// A loan was refused.
  static void refused(FileMap map, long offset, long bytes) {
    if (REFUSAL.isEnabled()) {
      new Refusal().tell(map, offset, bytes);
    }
  }

  private static <E extends Event> E begun(E event) {
    event.begin();
    return event;
  }
}
