package ropewalk.http;

import java.net.FileNameMap;
import java.net.URLConnection;
import java.util.Locale;
import java.util.Map;

/// What a file's name says about its content. A short table of what the web uses today, then the
/// JDK's own table (which ends about 2010 and differs in a few places), then bytes.
///
/// Text is labelled UTF-8: without a label browsers guess, and what they guess first is a code
/// page.
public final class ContentTypes {
  /// What says nothing: save it.
  public static final String BYTES = "application/octet-stream";

  /// What the listing is.
  public static final String HTML = "text/html; charset=utf-8";

  /// What refusals are explained in.
  public static final String PLAIN = "text/plain; charset=utf-8";

  private static final Map<String, String> BY_SUFFIX =
      Map.ofEntries(
          Map.entry("avif", "image/avif"),
          Map.entry("css", "text/css"),
          Map.entry("csv", "text/csv"),
          Map.entry("gz", "application/gzip"),
          Map.entry("htm", "text/html"),
          Map.entry("html", "text/html"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("jar", "application/java-archive"),
          Map.entry("java", "text/plain"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("js", "text/javascript"),
          Map.entry("json", "application/json"),
          Map.entry("log", "text/plain"),
          Map.entry("map", "application/json"),
          Map.entry("md", "text/markdown"),
          Map.entry("mjs", "text/javascript"),
          Map.entry("mkv", "video/x-matroska"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("png", "image/png"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("tar", "application/x-tar"),
          Map.entry("toml", "application/toml"),
          Map.entry("ttf", "font/ttf"),
          Map.entry("txt", "text/plain"),
          Map.entry("wasm", "application/wasm"),
          Map.entry("wav", "audio/wav"),
          Map.entry("webm", "video/webm"),
          Map.entry("webp", "image/webp"),
          Map.entry("woff", "font/woff"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("xml", "application/xml"),
          Map.entry("yaml", "application/yaml"),
          Map.entry("yml", "application/yaml"),
          Map.entry("zip", "application/zip"),
          Map.entry("zst", "application/zstd"));

  private static final FileNameMap JDK = URLConnection.getFileNameMap();

  private ContentTypes() {}

  /// The type of a file called `name`.
  public static String of(String name) {
    String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (suffix.length() == name.length()
        || suffix.indexOf('#') >= 0) { // the JDK would look before the "#"
      return BYTES;
    }
    String type = BY_SUFFIX.get(suffix);
    if (type == null) {
      type = JDK.getContentTypeFor("x." + suffix);
    }
    if (type == null) {
      return BYTES;
    }
    return type.startsWith("text/") ? type + "; charset=utf-8" : type;
  }
}
