package ropewalk.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;

/// A command that could not do what was asked. The message is what the user reads, so it says what
/// was asked, of what, and what came back.
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /// What the kernel's answers mean to somebody who moves bytes.
  private static final Map<Integer, String> WORDS =
      Map.ofEntries(
          Map.entry(Errno.ENOENT, "there is no such file or folder"),
          Map.entry(Errno.EACCES, "not permitted"),
          Map.entry(Errno.EPERM, "not permitted"),
          Map.entry(Errno.EISDIR, "it is a folder"),
          Map.entry(Errno.ENOTDIR, "a part of the path is no folder"),
          Map.entry(Errno.ENOSPC, "the file system is full"),
          Map.entry(Errno.EDQUOT, "the quota is used up"),
          Map.entry(Errno.EFBIG, "the file would become too large"),
          Map.entry(Errno.EROFS, "the file system is read-only"),
          Map.entry(Errno.EIO, "the device failed"),
          Map.entry(Errno.ECONNREFUSED, "the connection was refused: nobody listens there"),
          Map.entry(Errno.ECONNRESET, "the peer is gone"),
          Map.entry(Errno.EPIPE, "the reader is gone"),
          Map.entry(Errno.EADDRINUSE, "the address is in use already"),
          Map.entry(Errno.EADDRNOTAVAIL, "this machine has no such address"),
          Map.entry(Errno.ETIMEDOUT, "the peer did not answer"),
          Map.entry(Errno.EHOSTUNREACH, "the host can't be reached"),
          Map.entry(Errno.ENETUNREACH, "the network can't be reached"),
          Map.entry(Errno.EMFILE, "this process has too many files open"),
          Map.entry(Errno.ENAMETOOLONG, "the name is too long"),
          Map.entry(Errno.ELOOP, "too many links lead to each other"));

  Failure(String message) {
    super(message);
  }

  Failure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// A failure of `thrown` while doing something with `what`.
  static Failure of(String what, IOException thrown) {
    return new Failure(what + ": " + say(thrown), thrown);
  }

  /// Tells why a command failed, in sentences unless `debug` asks for the stack trace as well.
  static int tell(Throwable thrown, CommandLine where, boolean debug) {
    if (OnSignal.isEnding()) {
      return Main.FAILED;
    }
    PrintWriter err = where.getErr();
    String name = where.getCommandSpec().qualifiedName();
    err.println(name + ": " + (thrown instanceof Failure ? thrown.getMessage() : say(thrown)));
    if (debug) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return Main.FAILED;
  }

  /// What an exception says to somebody who has not read our source: plain words where there are
  /// any, then what was asked of the kernel and what came back.
  static String say(Throwable thrown) {
    String message = thrown.getMessage();
    String words = words(thrown);
    if (words != null) {
      return message == null ? words : "%s [%s]".formatted(words, message);
    }
    if (message == null || !(thrown instanceof IOException)) {
      String name = thrown.getClass().getSimpleName();
      return message == null ? name : name + ": " + message;
    }
    return message;
  }

  private static @Nullable String words(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof LinuxException refused) {
        return WORDS.get(refused.errno());
      }
      if (cause instanceof UnknownHostException) {
        return "nobody knows this host";
      }
      if (cause instanceof SocketTimeoutException) {
        return "the peer did not answer in time";
      }
      if (cause instanceof NoSuchFileException) {
        return WORDS.get(Errno.ENOENT);
      }
      if (cause instanceof AccessDeniedException) {
        return WORDS.get(Errno.EACCES);
      }
    }
    return null;
  }
}
