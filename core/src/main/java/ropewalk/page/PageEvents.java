package ropewalk.page;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// What Java Flight Recorder can be told of pages. Nothing is allocated, and no clock is read,
/// unless a recording wants the event: an instance that is never filled is asked first.
///
/// | event | when |
/// |---|---|
/// | `ropewalk.Gift` | a folio's pages are given to the kernel |
/// | `ropewalk.Drop` | a given folio comes home and its backing is dropped; lasts as long as that |
final class PageEvents {
  private static final Gift GIFT = new Gift();
  private static final Drop DROP = new Drop();

  private PageEvents() {}

  @Name("ropewalk.Gift")
  @Label("Gift")
  @Description("Pages were given to the kernel, which never tells when it is done with them")
  @Category({"Ropewalk", "Pages"})
  @StackTrace(false)
  static final class Gift extends Event {
    @Label("Address")
    long address;

    @Label("Bytes")
    @DataAmount
    long bytes;
  }

  @Name("ropewalk.Drop")
  @Label("Drop")
  @Description("The backing of a given folio was dropped before it is used again")
  @Category({"Ropewalk", "Pages"})
  @StackTrace(false)
  static final class Drop extends Event {
    @Label("Address")
    long address;

    @Label("Bytes")
    @DataAmount
    long bytes;

    @Label("Quarantined")
    @Description("The kernel would not drop it, so that it is never used again")
    boolean isLost;
  }

  /// Tells that `folio` was given.
  static void gift(Folio folio) {
    if (GIFT.isEnabled()) {
      Gift event = new Gift();
      event.address = folio.address();
      event.bytes = folio.size();
      event.commit();
    }
  }

  /// A drop begins; null if nobody wants to know.
  static @Nullable Drop beginDrop() {
    if (!DROP.isEnabled()) {
      return null;
    }
    Drop event = new Drop();
    event.begin();
    return event;
  }

  /// It has ended.
  static void endDrop(@Nullable Drop event, long address, long bytes, boolean isLost) {
    if (event != null) {
      event.address = address;
      event.bytes = bytes;
      event.isLost = isLost;
      event.commit();
    }
  }
}
