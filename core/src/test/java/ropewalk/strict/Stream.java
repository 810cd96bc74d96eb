package ropewalk.strict;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.net.Relayed;
import ropewalk.net.Socket;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;
import ropewalk.testkit.Gen;

/// A connection under torture: what is sent, and a reader that takes its time and judges it.
final class Stream implements AutoCloseable {
  private static final Handover END = new Handover(0, 0);

  private record Expected(Handover handover, int pages) {}

  private final Ropewalk walk;
  private final Torture.Way way;
  private final Socket near;
  private final Far far;
  private final @Nullable CompletionStage<Relayed> relayed;
  private final Handover.Tallied tallied;
  private final LinkedBlockingQueue<Expected> expected = new LinkedBlockingQueue<>();
  private final FutureTask<Void> reading;
  private final Gen gen;

  Stream(
      Ropewalk walk,
      Path folder,
      Torture.Way way,
      PageVersions versions,
      Handover.Tallied tallied,
      int seed)
      throws IOException {
    this.walk = walk;
    this.way = way;
    this.tallied = tallied;
    this.gen = Gen.seeded(seed);
    if (way.scheme().startsWith("tcp://")) {
      near = walk.connect(way.scheme());
      far = new Far.Elsewhere(near);
      relayed = null;
      reading = start();
      return;
    }
    if (way.scheme().startsWith("relay+")) {
      Socket[] first = Torture.pair(walk, folder, "relay");
      near = first[0];
      far = new Far.Elsewhere(near);
      Socket next = walk.connect(way.scheme().substring("relay+".length()));
      relayed = walk.relay(first[1], next, Duration.ZERO).start();
      reading = start();
      return;
    }
    Socket[] first = Torture.pair(walk, folder, way.scheme());
    near = first[0];
    if (way.scheme().equals("relay")) {
      Socket[] second = Torture.pair(walk, folder, "tcp");
      far = new Far.Here(second[1]);
      relayed = walk.relay(first[1], second[0], Duration.ZERO).start();
    } else {
      far = new Far.Here(first[1]);
      relayed = null;
    }
    reading = start();
  }

  private FutureTask<Void> start() {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              read();
              return null;
            });
    Thread.ofVirtual().start(task);
    return task;
  }

  /// Sends, and to `branch` as well if there is one.
  Moved send(Source source, @Nullable Pipe branch) throws IOException {
    MoveOptions options = way.isRelaxed() ? MoveOptions.DEFAULT.relaxed() : MoveOptions.DEFAULT;
    if (way.route() != null) {
      options = options.withRoute(way.route());
    }
    Sink sink = branch == null ? near : walk.tee(near, walk.sink(branch));
    return walk.move(source, sink, options);
  }

  void expect(Handover handover, int pages) {
    expected.add(new Expected(handover, pages));
  }

  private void read() throws IOException, InterruptedException {
    while (true) {
      Expected next = expected.take();
      if (next.handover == END) {
        return;
      }
      if (gen.oneIn(6)) {
        Thread.sleep(gen.in(1, 20)); // what is in the queue is written over meanwhile
      }
      for (int i = 0; i < next.pages; i++) {
        long version = far.next(next.handover.first() + i);
        tallied.judge(next.handover, i, version, way.toString());
      }
    }
  }

  /// Waits until all that was sent has been judged.
  @Override
  public void close() throws IOException {
    expected.add(new Expected(END, 0));
    try {
      reading.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IOException("the reader of " + way, e.getCause());
    } finally {
      near.close();
      far.close();
      if (relayed != null) {
        relayed.toCompletableFuture().join();
      }
    }
  }
}
