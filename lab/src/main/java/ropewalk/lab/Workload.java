package ropewalk.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import ropewalk.Ropewalk;
import ropewalk.file.CachedFile;
import ropewalk.file.PlainFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.pipe.Pipe;

/// Carries out a [Script] on a file of ours, in the guest: `Workload FILE SEED STEPS KIND [skip]`.
///
/// `KIND` is `plain` (a [PlainFile], written by a pipe of ours) or `cached` (a [CachedFile]). After
/// each sync has *returned*, the line `kept N` goes to standard output, N the step's number, and
/// the workload waits for a line on standard input: until then nobody has been promised anything,
/// and nothing else happens meanwhile.
///
/// With `skip` it promises and doesn't sync: the lie that the oracle must find.
public final class Workload implements AutoCloseable {
  private static final int SLOTS = 16;

  /// A file, however it is written.
  private interface Target extends AutoCloseable {
    void write(byte[] bytes, long offset) throws IOException;

    void truncate(long size) throws IOException;

    void sync(boolean isDataOnly) throws IOException;

    @Override
    void close() throws IOException;
  }

  private final Ropewalk walk = Ropewalk.open();
  private final Target target;
  private final BufferedReader answers =
      new BufferedReader(new InputStreamReader(System.in, UTF_8));

  private Workload(Path path, String kind) throws IOException {
    this.target =
        switch (kind) {
          case "plain" -> plain(path);
          case "cached" -> cached(path);
          default -> throw new IllegalArgumentException("plain or cached, not " + kind);
        };
  }

  /// Runs one script.
  public static void main(String[] args) throws IOException {
    Script script = Script.of(Long.parseLong(args[1]), Integer.parseInt(args[2]));
    boolean skips = args.length > 4 && args[4].equals("skip");
    try (Workload workload = new Workload(Path.of(args[0]), args[3])) {
      workload.run(script, skips);
    }
  }

  private void run(Script script, boolean skips) throws IOException {
    for (int i = 0; i < script.steps().size(); i++) {
      switch (script.steps().get(i)) {
        case Step.Write write -> target.write(script.bytes(i, write), write.offset());
        case Step.Truncate truncate -> target.truncate(truncate.size());
        case Step.Sync sync -> {
          if (!skips) {
            target.sync(sync.isDataOnly());
          }
          promise(i);
        }
      }
    }
  }

  private void promise(int step) throws IOException {
    System.out.println("kept " + step);
    System.out.flush();
    if (answers.readLine() == null) {
      throw new IOException("nobody took down the promise of step " + step);
    }
  }

  private Target plain(Path path) throws IOException {
    PlainFile file = walk.plainFile(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Pipe pipe = Pipe.open(walk.pool(), SLOTS);
    Tally tally = new Tally();
    return new Target() {
      @Override
      public void write(byte[] bytes, long offset) throws IOException {
        pipe.write(IovIter.source(MemorySegment.ofArray(bytes)), 0, Pipe.FOREVER, tally);
        var sink = file.to(offset);
        while (pipe.bytes() > 0) {
          sink.drain(pipe, Long.MAX_VALUE, false, tally);
        }
      }

      @Override
      public void truncate(long size) throws IOException {
        file.truncate(size);
      }

      @Override
      public void sync(boolean isDataOnly) throws IOException {
        file.sync(isDataOnly);
      }

      @Override
      public void close() throws IOException {
        pipe.close();
        file.close();
      }
    };
  }

  private Target cached(Path path) throws IOException {
    CachedFile file = walk.file(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new Target() {
      @Override
      public void write(byte[] bytes, long offset) throws IOException {
        file.write(MemorySegment.ofArray(bytes), offset);
      }

      @Override
      public void truncate(long size) throws IOException {
        file.truncate(size);
      }

      @Override
      public void sync(boolean isDataOnly) throws IOException {
        file.sync(isDataOnly);
      }

      @Override
      public void close() {
        file.close();
      }
    };
  }

  @Override
  public void close() throws IOException {
    try (walk) {
      target.close();
    }
  }
}
