package ropewalk.app.cli;

/// What has to be undone if the process is ended from outside (SIGINT, SIGTERM) before a command
/// has undone it itself: partial files, sockets in the file system, half a line on a terminal.
///
/// The virtual machine then ends with 130 or 143, as a shell expects.
final class OnSignal implements AutoCloseable {
  private final Thread hook;

  private OnSignal(Thread hook) {
    this.hook = hook;
  }

  /// Runs `undo` if the process ends before this is closed.
  static OnSignal run(Runnable undo) {
    Thread hook = new Thread(undo, "on-signal");
    Runtime.getRuntime().addShutdownHook(hook);
    return new OnSignal(hook);
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
