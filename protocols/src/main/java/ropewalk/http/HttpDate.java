package ropewalk.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The dates of RFC 9110, section 5.6.7: one form is written, three are read.
///
/// ```
///   Sun, 06 Nov 1994 08:49:37 GMT       IMF-fixdate, the one that is written
///   Sunday, 06-Nov-94 08:49:37 GMT      RFC 850: a year more than 50 years ahead lies in the past
///   Sun Nov  6 08:49:37 1994            asctime
/// ```
///
/// All are in GMT and have whole seconds. What is no date counts as absent.
public final class HttpDate {
  private static final DateTimeFormatter FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH);

  /// Read behind the name of the day, which tells nothing new.
  private static final DateTimeFormatter FIXDATE_REST =
      DateTimeFormatter.ofPattern("dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH);

  private static final DateTimeFormatter ASCTIME_REST =
      DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss uuuu", Locale.ENGLISH);

  /// How far ahead a two-digit year may lie.
  private static final int YEARS_AHEAD = 50;

  private HttpDate() {}

  /// `moment` in the form of today, its fraction of a second cut off.
  public static String format(Instant moment) {
    return FIXDATE.format(moment.atOffset(ZoneOffset.UTC));
  }

  /// The moment that `text` names in one of the three forms, or null. `now` settles the century of
  /// a two-digit year.
  public static @Nullable Instant parse(String text, Instant now) {
    try {
      int comma = text.indexOf(", ");
      if (comma == 3) {
        return read(FIXDATE_REST, text.substring(comma + 2));
      }
      if (comma > 3) {
        return read(rfc850(now), text.substring(comma + 2));
      }
      return text.length() > 4 && text.charAt(3) == ' '
          ? read(ASCTIME_REST, text.substring(4))
          : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /// `moment` as a date field can carry it.
  static Instant wholeSeconds(Instant moment) {
    return moment.truncatedTo(ChronoUnit.SECONDS);
  }

  private static Instant read(DateTimeFormatter form, String text) {
    return LocalDateTime.parse(text, form).toInstant(ZoneOffset.UTC);
  }

  private static DateTimeFormatter rfc850(Instant now) {
    int base = now.atOffset(ZoneOffset.UTC).getYear() + YEARS_AHEAD - 99;
    return new DateTimeFormatterBuilder()
        .appendPattern("dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, base)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.ENGLISH);
  }
}
