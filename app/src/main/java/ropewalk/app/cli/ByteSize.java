package ropewalk.app.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Sizes as people write and read them: `4096`, `64K`, `1MiB`, `3G`; always powers of 1024.
final class ByteSize implements ITypeConverter<Long> {
  private static final String UNITS = "KMGTP";
  private static final Pattern FORM =
      Pattern.compile("(\\d+)\\s*([KMGTP]?)(?:iB|B)?", Pattern.CASE_INSENSITIVE);

  @Override
  public Long convert(String text) {
    return parse(text);
  }

  static long parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (form.matches()) {
      int power = 10 * (UNITS.indexOf(form.group(2).toUpperCase(Locale.ROOT)) + 1);
      try {
        long number = Long.parseLong(form.group(1));
        if (form.group(2).isEmpty()) {
          return number;
        }
        if (number <= Long.MAX_VALUE >> power) {
          return number << power;
        }
      } catch (NumberFormatException tooLong) {
        // Said below.
      }
    }
    throw new TypeConversionException(
        "'%s' is no size: expected a number of bytes, or one with K, M, G or T, below 8 EiB"
            .formatted(text));
  }

  /// At most six characters and a unit: `0 B`, `4095 B`, `64.0 KiB`, `1.5 GiB`.
  static String say(double bytes) {
    if (bytes < 1024) {
      return "%.0f B".formatted(bytes);
    }
    int unit = 0;
    double value = bytes / 1024;
    while (value >= 999.95 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %ciB", value, UNITS.charAt(unit));
  }
}
