package ropewalk.app.demo;

import java.util.ArrayList;
import java.util.List;

/// What came out of a connection, page by page: which version of the file each page is.
///
/// The file is all of one version when it is handed over, [#BEFORE] in every byte, and all of the
/// other, [#AFTER], once it has been overwritten. So a byte says which it is.
///
/// @param handedOver bytes that had been taken from the sender before the first byte was
///   overwritten
/// @param pages what each page of 4 KiB was found to be
public record Strip(long handedOver, List<Page> pages) {
  /// Bytes of a page.
  public static final int PAGE = 4096;

  static final byte BEFORE = 'A';
  static final byte AFTER = 'b';

  /// What a page was found to be.
  public enum Page {
    /// All of it as it was handed over.
    OLD,
    /// All of it as it was written later.
    NEW,
    /// Some of each, or something else.
    TORN
  }

  /// Keeps a copy of `pages`.
  public Strip {
    pages = List.copyOf(pages);
  }

  /// Looks at all that came, whole pages.
  static Strip of(long handedOver, byte[] received) {
    List<Page> pages = new ArrayList<>(received.length / PAGE);
    for (int from = 0; from + PAGE <= received.length; from += PAGE) {
      pages.add(look(received, from));
    }
    return new Strip(handedOver, pages);
  }

  private static Page look(byte[] bytes, int from) {
    byte first = bytes[from];
    for (int i = from; i < from + PAGE; i++) {
      if (bytes[i] != first) {
        return Page.TORN;
      }
    }
    return first == BEFORE ? Page.OLD : first == AFTER ? Page.NEW : Page.TORN;
  }

  /// Whole pages that had been handed over before the overwriting began.
  public int committed() {
    return (int) Math.min(pages.size(), handedOver / PAGE);
  }

  /// How many of those are no longer what was handed over: what strict splice forbids.
  public int turned() {
    return (int) pages.subList(0, committed()).stream().filter(page -> page != Page.OLD).count();
  }

  @Override
  public String toString() {
    return "Strip[pages=%d, committed=%d, turned=%d]"
        .formatted(pages.size(), committed(), turned());
  }
}
