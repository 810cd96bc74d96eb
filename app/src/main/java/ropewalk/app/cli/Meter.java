package ropewalk.app.cli;

import java.io.PrintStream;
import java.util.concurrent.locks.LockSupport;

/// Draws the progress line on a terminal, five times a second, until closed.
///
/// *Shared*: the mover writes the count, the drawing thread reads it; nothing else.
final class Meter implements AutoCloseable {
  private static final long TICK_NANOS = 200_000_000;

  /// Return to the first column and clear to the end: what every terminal since the VT100 knows.
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream terminal = System.err;
  private final int columns;
  private final ProgressLine line;
  private final long started = System.nanoTime();
  private final Thread thread;
  private final OnSignal onSignal;
  private volatile long bytes;
  private volatile boolean isClosed;

  /// @param columns the terminal's width; the line is cut to it so that it never wraps
  Meter(int columns, long total) {
    this.columns = columns;
    this.line = new ProgressLine(total);
    this.thread = Thread.ofPlatform().daemon().name("progress").unstarted(this::draw);
    this.onSignal = OnSignal.run(terminal::println);
    thread.start();
  }

  /// So many bytes have moved by now.
  void moved(long bytes) {
    this.bytes = bytes;
  }

  private void draw() {
    while (!isClosed) {
      LockSupport.parkNanos(TICK_NANOS);
      if (!isClosed) {
        String text = line.at(bytes, (System.nanoTime() - started) / 1e9);
        terminal.print(CLEAR + text.substring(0, Math.min(text.length(), columns - 1)));
        terminal.flush();
      }
    }
  }

  /// Stops drawing and clears the line, for the result to take its place.
  @Override
  public void close() {
    isClosed = true;
    onSignal.close();
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    terminal.print(CLEAR);
    terminal.flush();
  }
}
