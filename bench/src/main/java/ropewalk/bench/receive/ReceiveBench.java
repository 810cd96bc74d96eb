package ropewalk.bench.receive;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import ropewalk.Ropewalk;
import ropewalk.bench.Book;
import ropewalk.bench.Machine;
import ropewalk.iov.Tally;
import ropewalk.linux.Clocks;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;
import ropewalk.net.Address;
import ropewalk.net.Listener;
import ropewalk.net.ReceiveTray;
import ropewalk.net.Socket;
import ropewalk.pipe.Pipe;

/// Runs both ways by turns and writes bench/results/receive.{md,json}: `bench/run receive
/// [--quick]`.
public final class ReceiveBench {
  private static final int ROUNDS = 9;
  private static final int MESSAGE = 100;
  private static final int PIECE = 1 << 20;
  private static final int BUFFERS = 64;
  private static final int BUFFER = 64 << 10;

  private ReceiveBench() {}

  /// What is done: on `lines` connections, of which `active` talk at a time.
  private record Shape(String name, boolean isStream, int lines, int active, int count) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape("100 B there and back, 1 connection", false, 1, 1, 20_000),
          new Shape("100 B there and back, 16 at a time", false, 16, 16, 40_000),
          new Shape("100 B there and back, 16 of 1000", false, 1000, 16, 40_000),
          new Shape("1 MiB pieces, 1 connection", true, 1, 1, 1500),
          new Shape("1 MiB pieces, 4 connections", true, 4, 4, 1500));

  /// Runs all rounds.
  ///
  /// @param arguments nothing, or `--quick` for a look whether it runs
  public static void main(String[] arguments) throws Exception {
    boolean isQuick = List.of(arguments).contains("--quick");
    Path home = Path.of(System.getProperty("bench.home", "bench")).toAbsolutePath().normalize();
    String command = ("bench/run receive " + String.join(" ", arguments)).strip();
    Book book = new Book("receive", Machine.describe(command, home));
    int rounds = isQuick ? 2 : ROUNDS;
    for (Shape shape : SHAPES) {
      int count = isQuick ? shape.count / 40 : shape.count;
      for (int round = -1; round < rounds; round++) {
        for (int turn = 0; turn < 2; turn++) {
          boolean isTray = ((turn + round) & 1) == 0;
          try (Room room = new Room(shape, isTray)) {
            room.run(Math.max(shape.active, count / 4)); // wakes compilers and windows
            long wall = System.nanoTime();
            long cpu = cpuNanos();
            room.run(count);
            cpu = cpuNanos() - cpu;
            wall = System.nanoTime() - wall;
            if (round >= 0) {
              String subject = isTray ? "tray" : "poll";
              book.add(shape.name, subject, "wall", wall / 1e3 / count);
              book.add(shape.name, subject, "cpu", cpu / 1e3 / count);
            }
          }
        }
      }
    }
    report(book);
    book.write(isQuick ? home.resolve("target/results") : home.resolve("results"), "Receiving");
  }

  private static void report(Book book) {
    book.say("Microseconds a message or piece, median; tray as a multiple of poll, by rounds.%n%n");
    book.say("| what | poll, wall | CPU | tray, wall | CPU | wall, tray/poll | CPU, tray/poll |%n");
    book.say("|---|---|---|---|---|---|---|%n");
    for (String cell : book.cells()) {
      book.say(
          "| %s | %.1f | %.1f | %.1f | %.1f | %s | %s |%n",
          cell,
          book.median(cell, "poll", "wall"),
          book.median(cell, "poll", "cpu"),
          book.median(cell, "tray", "wall"),
          book.median(cell, "tray", "cpu"),
          Book.words(book.ratio(cell, "tray", "poll", "wall")),
          Book.words(book.ratio(cell, "tray", "poll", "cpu")));
    }
  }

  private static long cpuNanos() {
    try (Scratch time = new Scratch(16)) {
      HostSyscalls.host().clockGettime(Clocks.CLOCK_PROCESS_CPUTIME_ID, time.address());
      return time.segment().get(JAVA_LONG, 0) * 1_000_000_000L + time.segment().get(JAVA_LONG, 8);
    }
  }

  /// The connections of one sample, a virtual thread at the near end of each.
  private static final class Room implements AutoCloseable {
    private final Shape shape;
    private final Ropewalk walk;
    private final ReceiveTray tray;
    private final List<SocketChannel> peers = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final List<FutureTask<Long>> owners = new ArrayList<>();

    Room(Shape shape, boolean isTray) throws IOException {
      this.shape = shape;
      walk = Ropewalk.builder().cacheBytes(0).open();
      tray = ReceiveTray.open(walk.engine(), walk.pool(), BUFFERS, BUFFER);
      try (Listener listener = walk.listen("tcp://127.0.0.1:0")) {
        Address.Tcp address = (Address.Tcp) listener.address();
        for (int i = 0; i < shape.lines; i++) {
          peers.add(
              SocketChannel.open(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), address.port())));
          peers.get(i).setOption(StandardSocketOptions.TCP_NODELAY, true);
          Socket socket = listener.accept();
          if (isTray) {
            socket.receiveInto(tray);
          }
          sockets.add(socket);
          FutureTask<Long> owner = new FutureTask<>(() -> own(socket));
          owners.add(owner);
          Thread.ofVirtual().start(owner);
        }
      }
    }

    /// Takes what comes until the end; answers messages.
    private long own(Socket socket) throws IOException {
      long total = 0;
      Tally tally = new Tally();
      try (Pipe pipe = Pipe.open(walk.pool(), 16);
          Scratch answer = new Scratch(MESSAGE)) {
        long got = socket.fill(pipe, PIECE, tally);
        while (got > 0) {
          pipe.consume(got);
          total += got;
          if (!shape.isStream && total % MESSAGE == 0) {
            socket.send(answer.segment(), false);
          }
          got = socket.fill(pipe, PIECE, tally);
        }
      }
      return total;
    }

    /// Sends `count` messages or pieces, and has them answered.
    void run(int count) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocateDirect(shape.isStream ? PIECE : MESSAGE);
      int first = 0;
      for (int done = 0; done < count; done += shape.active) {
        if (shape.lines > shape.active) {
          first = ThreadLocalRandom.current().nextInt(shape.lines);
        }
        for (int i = 0; i < shape.active; i++) {
          buffer.clear();
          while (buffer.hasRemaining()) {
            peer(first, i).write(buffer);
          }
        }
        for (int i = 0; i < shape.active && !shape.isStream; i++) {
          buffer.clear();
          while (buffer.hasRemaining()) {
            peer(first, i).read(buffer);
          }
        }
      }
    }

    private SocketChannel peer(int first, int i) {
      return peers.get((first + i * 37) % shape.lines);
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel peer : peers) {
        peer.close();
      }
      for (FutureTask<Long> owner : owners) {
        try {
          owner.get();
        } catch (InterruptedException | ExecutionException e) {
          throw new IOException("an owner did not end", e);
        }
      }
      sockets.forEach(Socket::close);
      tray.close();
      walk.close();
    }
  }
}
