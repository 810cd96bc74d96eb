package ropewalk.app.server;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import ropewalk.Ropewalk;
import ropewalk.cache.Stamp;
import ropewalk.file.FileStatus;
import ropewalk.file.PlainFile;
import ropewalk.file.Root;
import ropewalk.http.ContentTypes;
import ropewalk.http.FileAnswer;
import ropewalk.http.FileStamp;
import ropewalk.http.Listing;
import ropewalk.http.Refusal;
import ropewalk.http.RequestHead;
import ropewalk.http.RequestPath;
import ropewalk.http.ResponseHead;
import ropewalk.http.Status;
import ropewalk.linux.Fd;
import ropewalk.splice.Source;

/// A directory as the world sees it: which answer a request gets.
///
/// ```
///   name of a file ............ the file
///   name of a directory ....... 301 to the name with a slash, so that relative links work
///   the same with a slash ..... its index.html, else a listing
///   file's name with a slash .. 404
///   nothing there ............. 404
///   leads out, no permission .. 403
///   FIFO, device, socket ...... 403, and it is not opened
/// ```
///
/// Thread-safe.
final class Site implements Answering, AutoCloseable {
  private static final String INDEX = "index.html";

  /// A listing of more is no page that anybody reads; about 1.5 MB of HTML.
  private static final int LISTED_MAX = 10_000;

  private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

  private final Ropewalk walk;
  private final Root root;
  private final boolean isCached;

  /// Takes `root`.
  Site(Ropewalk walk, Root root, boolean isCached) {
    this.walk = walk;
    this.root = root;
    this.isCached = isCached;
  }

  @Override
  public Answer answer(RequestHead request) throws IOException, Refusal {
    if (!request.isGet() && !request.isHead()) {
      throw Refusal.of(Status.METHOD_NOT_ALLOWED, "only GET and HEAD are served here");
    }
    RequestPath path = RequestPath.of(request.target());
    return switch (root.find(path.relative())) {
      case Root.Found.File found -> {
        if (path.endsWithSlash()) {
          found.fd().close();
          throw missing();
        }
        yield file(request, found.fd(), path.lastName());
      }
      case Root.Found.Directory found -> {
        try (Fd directory = found.fd()) {
          yield path.endsWithSlash() ? directory(request, path, directory) : toSlash(request, path);
        }
      }
      case Root.Found.Missing() -> throw missing();
      case Root.Found.Forbidden(String reason) -> throw Refusal.of(Status.FORBIDDEN, reason);
      case Root.Found.Other(String kind) ->
          throw Refusal.of(Status.FORBIDDEN, "a " + kind + " is not served");
    };
  }

  /// An answer that explains itself in one sentence; without it for HEAD.
  static Answer sentence(Status status, String why, boolean isHead) {
    MemorySegment body = utf8(status.code() + " " + status.phrase() + ": " + why + "\n");
    ResponseHead head = new ResponseHead(status);
    if (status == Status.METHOD_NOT_ALLOWED) {
      head.field("Allow", "GET, HEAD");
    }
    return page(head, ContentTypes.PLAIN, body, isHead);
  }

  @Override
  public void close() {
    root.close();
  }

  /// Takes `fd`.
  private Answer file(RequestHead request, Fd fd, String name) throws IOException {
    Opened file = open(fd);
    boolean isKept = false;
    try {
      FileAnswer answer =
          FileAnswer.to(request, stamp(file.stamp()), ContentTypes.of(name), Instant.now());
      if (answer.length() == 0) {
        return new Answer.Page(answer.head(), NOTHING);
      }
      Source body = file.from(answer.offset(), answer.length());
      isKept = true;
      return new Answer.Body(answer.head(), body, answer.length(), file::close);
    } finally {
      if (!isKept) {
        file.close();
      }
    }
  }

  private Answer directory(RequestHead request, RequestPath path, Fd directory)
      throws IOException, Refusal {
    Root.Found index = root.find(path.relative(INDEX));
    if (index instanceof Root.Found.File(Fd fd, FileStatus status)) {
      return file(request, fd, INDEX);
    }
    if (index instanceof Root.Found.Directory(Fd fd, FileStatus status)) {
      fd.close(); // an odd name for a directory; it is listed like any other
    }
    List<Listing.Entry> entries = entries(directory);
    boolean isCut = entries.size() > LISTED_MAX;
    String page = Listing.page(path, isCut ? entries.subList(0, LISTED_MAX) : entries, isCut);
    return page(new ResponseHead(Status.OK), ContentTypes.HTML, utf8(page), request.isHead());
  }

  private static Answer toSlash(RequestHead request, RequestPath path) {
    String target = path.encodedDirectory();
    ResponseHead head = new ResponseHead(Status.MOVED_PERMANENTLY).field("Location", target);
    return page(head, ContentTypes.PLAIN, utf8(target + "\n"), request.isHead());
  }

  /// Whether a request can name `name`: no controls, and no replacement character, which stands for
  /// bytes that are no text.
  private static boolean isAskable(String name) {
    return name.chars().noneMatch(c -> Character.isISOControl(c) || c == '\ufffd');
  }

  /// What is in `directory`, at most one more than is listed. Links are shown as they are, without
  /// a look at where they lead; what can't be asked for (pipes, devices, names that are no text) is
  /// left out.
  private static List<Listing.Entry> entries(Fd directory) throws IOException {
    List<Listing.Entry> entries = new ArrayList<>();
    int number = directory.enter();
    try (DirectoryStream<Path> names =
        Files.newDirectoryStream(Path.of("/proc/self/fd/" + number))) {
      for (Path name : names) {
        if (entries.size() > LISTED_MAX) {
          break;
        }
        try {
          BasicFileAttributes status =
              Files.readAttributes(name, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          String text = name.getFileName().toString();
          if (!status.isOther() && isAskable(text)) {
            entries.add(
                new Listing.Entry(
                    text,
                    status.isDirectory(),
                    status.size(),
                    status.lastModifiedTime().toInstant()));
          }
        } catch (NoSuchFileException e) {
          // It went away between the name and the look.
        }
      }
    } finally {
      directory.exit();
    }
    return entries;
  }

  /// Takes `fd`.
  private Opened open(Fd fd) throws IOException {
    return isCached
        ? Opened.Cached.fresh(walk.file(fd))
        : new Opened.Plain(PlainFile.of(walk.engine(), walk.pool(), fd));
  }

  private static FileStamp stamp(Stamp stamp) {
    return new FileStamp(stamp.size(), stamp.mtimeNanos(), stamp.ctimeNanos(), stamp.ino());
  }

  private static Answer page(ResponseHead head, String type, MemorySegment body, boolean isHead) {
    head.field("Content-Type", type)
        .field("X-Content-Type-Options", "nosniff")
        .field("Content-Length", body.byteSize());
    return new Answer.Page(head, isHead ? NOTHING : body);
  }

  private static MemorySegment utf8(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Refusal missing() {
    return Refusal.of(Status.NOT_FOUND, "nothing of that name is here");
  }
}
