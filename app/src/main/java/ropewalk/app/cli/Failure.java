package ropewalk.app.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/// A command that could not do what was asked. The message is what the user reads, so it says what
/// was asked, of what, and what came back.
final class Failure extends Exception {

  private static final long serialVersionUID = 1L;

  Failure(String message) {
    super(message);
  }

  Failure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// Tells why a command failed, in sentences unless `debug` asks for the stack trace as well.
  static int tell(Throwable thrown, CommandLine where, boolean debug) {
    PrintWriter err = where.getErr();
    err.println("ropewalk " + where.getCommandName() + ": " + say(thrown));
    if (debug) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return Main.FAILED;
  }

  /// What an exception says to somebody who has not read our source.
  static String say(Throwable thrown) {
    String message = thrown.getMessage();
    if (thrown instanceof RuntimeException || message == null) {
      String name = thrown.getClass().getSimpleName();
      return message == null ? name : name + ": " + message;
    }
    return message;
  }
}
