package ropewalk.app.cli;

/// What has to be undone if the process is ended from outside (SIGINT, SIGTERM) before a command
/// has undone it itself: partial files, sockets in the file system, half a line on a terminal.
///
/// The virtual machine then ends with 130 or 143, as a shell expects.
final class OnSignal implements AutoCloseable {
  private static volatile boolean isEnding;

  private final Thread hook;

  private OnSignal(Thread hook) {
    this.hook = hook;
  }

  /// Runs `undo` if the process ends before this is closed.
  static OnSignal run(Runnable undo) {
    Thread hook =
        new Thread(
            () -> {
              isEnding = true;
              undo.run();
            },
            "on-signal");
    Runtime.getRuntime().addShutdownHook(hook);
    return new OnSignal(hook);
  }

  /// True once a signal has begun to end the process: what fails from then on fails because of
  /// that, and nobody wants to read about it.
  static boolean isEnding() {
    return isEnding;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // The hook is running: what it undoes must bear being undone twice.
    }
  }
}
