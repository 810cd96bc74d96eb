package ropewalk.splice;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the routes cost on one machine: CPU nanoseconds for a KiB, of both ends together, with
/// whatever has to be opened, recycled and dropped on the way.
///
/// Which route is cheapest is measured and not believed: over TCP on one machine `sendfile` needs
/// more CPU time than a copy of a mebibyte, over AF_UNIX half of it, and neither holds on the next
/// kernel. A table is made by a calibration and kept as text, a price a line:
///
/// ```
///   # measured on Linux 6.18.5, x86_64
///   FILE UNIX sendfile LARGE 148.2
///   PAGES UNIX give LARGE 51.7
/// ```
///
/// Immutable.
public final class Prices {
  /// No price known: routes are asked in the order that was measured where this was built.
  public static final Prices NONE = new Prices("built in: the order of the catalogue", Map.of());

  /// How much is moved at a time; prices differ by it, since calls have a price and bytes have one.
  public enum Size {
    /// Up to 64 KiB.
    SMALL(64L << 10),
    /// Up to 1 MiB.
    MIDDLE(1L << 20),
    /// More, or unknown.
    LARGE(8L << 20);

    private final long bytes;

    Size(long bytes) {
      this.bytes = bytes;
    }

    /// What a calibration moves for this class.
    public long bytes() {
      return bytes;
    }

    /// The class of a move of `bytes`; negative for unknown.
    public static Size of(long bytes) {
      if (bytes < 0 || bytes > MIDDLE.bytes) {
        return LARGE;
      }
      return bytes > SMALL.bytes ? MIDDLE : SMALL;
    }
  }

  private final String origin;
  private final Map<String, Double> nanosPerKib;

  private Prices(String origin, Map<String, Double> nanosPerKib) {
    this.origin = origin;
    this.nanosPerKib = nanosPerKib;
  }

  /// An empty table measured at `origin`, a line of text.
  public static Prices measuredOn(String origin) {
    return new Prices(origin, Map.of());
  }

  /// Where and when it was measured.
  public String origin() {
    return origin;
  }

  /// Whether anything is priced.
  public boolean isEmpty() {
    return nanosPerKib.isEmpty();
  }

  /// This table and one price more.
  public Prices with(Ask ask, String route, double nanosPerKib) {
    if (!(nanosPerKib >= 0) || Double.isInfinite(nanosPerKib)) {
      throw new IllegalArgumentException("a price of " + nanosPerKib + " ns/KiB for " + route);
    }
    Map<String, Double> more = new TreeMap<>(this.nanosPerKib);
    more.put(key(ask, route), nanosPerKib);
    return new Prices(origin, more);
  }

  /// The price of `route` for `ask`, in CPU nanoseconds a KiB; NaN if it was not measured.
  public double of(Ask ask, String route) {
    Double price = nanosPerKib.get(key(ask, route));
    return price == null ? Double.NaN : price;
  }

  /// As text, to be kept.
  public String text() {
    StringBuilder text = new StringBuilder("# ").append(origin).append('\n');
    nanosPerKib.forEach(
        (key, price) -> text.append("%s %.1f%n".formatted(key, price).replace(',', '.')));
    return text.toString();
  }

  /// Reads what [#text] wrote.
  ///
  /// @throws IllegalArgumentException with the line that is no price
  public static Prices parse(String text) {
    String origin = "";
    Map<String, Double> prices = new TreeMap<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("# ")) {
        origin = line.substring(2);
      } else if (!line.isBlank()) {
        int last = line.lastIndexOf(' ');
        prices.put(last < 0 ? line : line.substring(0, last), price(line, last));
      }
    }
    return new Prices(origin, prices);
  }

  private static double price(String line, int last) {
    if (line.split(" ", -1).length == 5) {
      try {
        double price = Double.parseDouble(line.substring(last + 1));
        if (price >= 0 && price < Double.POSITIVE_INFINITY) {
          return price;
        }
      } catch (NumberFormatException e) {
        // told below
      }
    }
    throw new IllegalArgumentException(
        "not a price (want: FROM TO ROUTE SIZE NANOSECONDS): '" + line + "'");
  }

  private static String key(Ask ask, String route) {
    return "%s %s %s %s".formatted(name(ask.from()), name(ask.to()), route, Size.of(ask.bytes()));
  }

  private static String name(End.@Nullable Kind kind) {
    return kind == null ? "PAGES" : kind.name().toUpperCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return "Prices[" + origin + ", " + nanosPerKib.size() + " prices]";
  }
}
