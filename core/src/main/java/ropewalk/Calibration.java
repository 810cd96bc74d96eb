package ropewalk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ropewalk.file.NullSink;
import ropewalk.file.ZeroSource;
import ropewalk.linux.Clocks;
import ropewalk.linux.HostSyscalls;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.splice.Ask;
import ropewalk.splice.End;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Prices;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;
import ropewalk.splice.Verdict;

/// Measures what the routes cost here: each that could connect a pair of ends moves a few
/// mebibytes, by the three sizes of [Prices.Size], and the smallest CPU time of several rounds
/// counts.
///
/// ```
///   file ──► tcp, unix, file        relaxed ways too: they have prices like any other
///   cached file ──► tcp, unix       give against gather
///   tcp, unix ──► unix, file        through a kernel pipe against through pages
/// ```
///
/// CPU time is the whole process's, receiver included: what a route saves the sender it must not
/// cost the receiver. Nothing else may be at work in the process meanwhile.
final class Calibration {
  private static final int ROUNDS = 5;

  /// What one round moves at the least, so that the clock's own cost vanishes.
  private static final long ROUND_BYTES = 4L << 20;

  private final Ropewalk walk;
  private final Path folder;
  private final Consumer<String> progress;
  private Prices prices;

  /// @param folder where files of a few mebibytes may be made
  /// @param progress told what is measured next
  Calibration(Ropewalk walk, Path folder, Consumer<String> progress) {
    this.walk = walk;
    this.folder = folder;
    this.progress = progress;
    this.prices = Prices.measuredOn(KeptPrices.machine() + ", " + walk.engine().name());
  }

  /// Opens two ends of one kind each for a round; closed after it.
  private interface Ends {
    void move(long bytes, MoveOptions options) throws IOException;
  }

  Prices run() throws IOException {
    Path from = Files.createTempFile(folder, "ropewalk-from", null);
    Path to = Files.createTempFile(folder, "ropewalk-to", null);
    try {
      fill(from);
      fileToFile(from, to);
      for (End.Kind kind : List.of(End.Kind.TCP, End.Kind.UNIX)) {
        fileToSocket(from, kind);
        socketToSocket(kind);
        socketToFile(kind, to);
      }
      return prices;
    } finally {
      Files.delete(from);
      Files.delete(to);
    }
  }

  private void fill(Path file) throws IOException {
    try (Source zeros = new ZeroSource(walk.pool(), Prices.Size.LARGE.bytes());
        var target = walk.plainFile(file, StandardOpenOption.WRITE)) {
      walk.move(zeros, target.to(0));
    }
  }

  private void fileToFile(Path from, Path to) throws IOException {
    measure(
        new Ask(End.Kind.FILE, End.Kind.FILE),
        (bytes, options) -> {
          try (var source = walk.plainFile(from);
              var sink = walk.plainFile(to, StandardOpenOption.WRITE)) {
            walk.move(source.from(0, bytes), sink.to(0), options);
          }
        });
  }

  private void fileToSocket(Path from, End.Kind kind) throws IOException {
    try (Pair pair = pair(kind)) {
      measure(
          new Ask(End.Kind.FILE, kind),
          (bytes, options) -> {
            try (var source = walk.plainFile(from)) {
              pair.through(bytes, () -> walk.move(source.from(0, bytes), pair.near, options));
            }
          });
      Ask lent = new Ask(null, kind);
      try (var source = walk.file(from)) {
        measure(
            pair.near.canGive() ? lent.withGiving() : lent,
            (bytes, options) ->
                pair.through(bytes, () -> walk.move(source.from(0, bytes), pair.near, options)));
      }
    }
  }

  private void socketToSocket(End.Kind kind) throws IOException {
    for (End.Kind to : List.of(End.Kind.TCP, End.Kind.UNIX)) {
      try (Pair in = pair(kind);
          Pair out = pair(to)) {
        measure(
            new Ask(kind, to),
            (bytes, options) ->
                in.from(
                    bytes, () -> out.through(bytes, () -> walk.move(in.far, out.near, options))));
      }
    }
  }

  private void socketToFile(End.Kind kind, Path to) throws IOException {
    try (Pair in = pair(kind)) {
      measure(
          new Ask(kind, End.Kind.FILE),
          (bytes, options) ->
              in.from(
                  bytes,
                  () -> {
                    try (var sink = walk.plainFile(to, StandardOpenOption.WRITE)) {
                      walk.move(in.far, sink.to(0), options);
                    }
                  }));
    }
  }

  /// Prices every route that could connect such ends, strict or not.
  private void measure(Ask ask, Ends ends) throws IOException {
    List<String> routes = new ArrayList<>();
    for (Verdict verdict : walk.explain(ask, true)) {
      if (verdict.isTaken()) {
        routes.add(verdict.route());
      }
    }
    for (Prices.Size size : Prices.Size.values()) {
      for (String route : routes) {
        progress.accept(
            "%s to %s, %d KiB, %s"
                .formatted(say(ask.from()), say(ask.to()), size.bytes() >> 10, route));
        double price = price(ends, size.bytes(), route);
        // A route that the kernel refuses after all never leads.
        prices = prices.with(ask.withBytes(size.bytes()), route, Math.min(price, 1e9));
      }
    }
  }

  private double price(Ends ends, long bytes, String route) throws IOException {
    MoveOptions options = MoveOptions.DEFAULT.relaxed().withLimit(bytes).withRoute(route);
    int moves = (int) Math.max(1, ROUND_BYTES / bytes);
    double best = Double.POSITIVE_INFINITY;
    try {
      for (int round = 0; round < ROUNDS; round++) {
        long before = Clocks.nanos(HostSyscalls.host(), Clocks.CLOCK_PROCESS_CPUTIME_ID);
        for (int move = 0; move < moves; move++) {
          ends.move(bytes, options);
        }
        long after = Clocks.nanos(HostSyscalls.host(), Clocks.CLOCK_PROCESS_CPUTIME_ID);
        best = Math.min(best, (after - before) * 1024.0 / (bytes * moves));
      }
    } catch (MoveException e) {
      if (e.soFar().accepted() == 0) {
        return Double.POSITIVE_INFINITY;
      }
      throw e;
    }
    return best;
  }

  private static String say(End.@Nullable Kind kind) {
    return kind == null ? "cached file" : kind.name().toLowerCase(java.util.Locale.ROOT);
  }

  private Pair pair(End.Kind kind) throws IOException {
    String address =
        kind == End.Kind.TCP ? "tcp://127.0.0.1:0" : "unix:" + folder.resolve("ropewalk-calibrate");
    try (Listener listener = walk.listen(address)) {
      Socket near = walk.connect(listener.address().toString());
      try {
        return new Pair(walk, near, listener.accept());
      } catch (IOException e) {
        near.close();
        throw e;
      }
    }
  }

  /// Something that moves bytes and may fail.
  private interface Moving {
    void run() throws IOException;
  }

  /// A connection within this process.
  private record Pair(Ropewalk walk, Socket near, Socket far) implements AutoCloseable {
    /// Runs `moving`, which sends `bytes` to the near end, beside somebody who drops them.
    void through(long bytes, Moving moving) throws IOException {
      beside(
          () -> walk.move(far, drop(), MoveOptions.DEFAULT.withLimit(bytes).withRoute("pages")),
          moving);
    }

    /// Runs `moving`, which takes `bytes` from the far end, beside somebody who sends them.
    void from(long bytes, Moving moving) throws IOException {
      Source zeros = new ZeroSource(walk.pool(), bytes);
      beside(() -> walk.move(zeros, near, MoveOptions.DEFAULT.withRoute("pages")), moving);
    }

    private static Sink drop() {
      return new NullSink();
    }

    private void beside(Moving other, Moving moving) throws IOException {
      FutureTask<Void> task =
          new FutureTask<>(
              () -> {
                other.run();
                return null;
              });
      Thread.ofVirtual().start(task);
      boolean isMoved = false;
      try {
        moving.run();
        isMoved = true;
        task.get();
      } catch (ExecutionException e) {
        throw new IOException("calibration: the other end failed", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new java.io.InterruptedIOException("calibration: interrupted");
      } finally {
        if (!isMoved) {
          task.cancel(true);
        }
      }
    }

    @Override
    public void close() {
      near.close();
      far.close();
    }
  }
}
