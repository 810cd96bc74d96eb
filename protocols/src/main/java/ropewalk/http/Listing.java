package ropewalk.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// The page for a directory without an index.html: names, sizes, dates; plain HTML, no script, no
/// style sheet.
///
/// File names are strangers' text: they are escaped where they are shown and percent-encoded where
/// they are linked. Links are relative and begin with `./`, so that a name such as `javascript:…`
/// stays a name.
public final class Listing {
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  /// One line of the page.
  ///
  /// @param name as the directory has it
  /// @param isDirectory directories come first and end with a slash
  /// @param size in bytes; not shown for directories
  /// @param modified shown in UTC, to the minute
  public record Entry(String name, boolean isDirectory, long size, Instant modified) {}

  private static final Comparator<Entry> ORDER =
      Comparator.comparing((Entry entry) -> !entry.isDirectory()).thenComparing(Entry::name);

  private Listing() {}

  /// The page of the directory at `path` with `entries` in any order; `isCut` says that there are
  /// more.
  public static String page(RequestPath path, List<Entry> entries, boolean isCut) {
    StringBuilder out = new StringBuilder(512 + entries.size() * 128);
    String title = escape(path.display());
    out.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
        .append(title)
        .append("</title></head>\n<body><h1>")
        .append(title)
        .append(
            "</h1>\n<table>\n<tr><th align=\"left\">Name</th><th align=\"right\">Bytes</th><th>Modified (UTC)</th></tr>\n");
    if (!path.names().isEmpty()) {
      out.append("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    entries.stream().sorted(ORDER).forEach(entry -> row(entry, out));
    out.append("</table>\n");
    if (isCut) {
      out.append("<p>There are more; these are the first ")
          .append(entries.size())
          .append(".</p>\n");
    }
    return out.append("</body></html>\n").toString();
  }

  private static void row(Entry entry, StringBuilder out) {
    String slash = entry.isDirectory() ? "/" : "";
    out.append("<tr><td><a href=\"./");
    Percent.encode(entry.name(), out);
    out.append(slash)
        .append("\">")
        .append(escape(entry.name()))
        .append(slash)
        .append("</a></td><td align=\"right\">");
    if (!entry.isDirectory()) {
      out.append(entry.size());
    }
    out.append("</td><td>").append(MINUTES.format(entry.modified())).append("</td></tr>\n");
  }

  /// `text` with HTML's five characters as references and controls as the replacement character.
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(Character.isISOControl(c) ? '\ufffd' : c);
      }
    }
    return out.toString();
  }
}
