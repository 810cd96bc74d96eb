package ropewalk.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import ropewalk.engine.Engine;
import ropewalk.engine.Lane;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.FolioPool;

/// One platform thread with a lane, its memory and file registered.
///
/// `vector` is one READV of 1024 pieces of 4 KiB that lie together in the file, `single` the same 4
/// MiB by 1024 reads handed over at once; both count 4 MiB as one.
final class LaneReads implements DirectWay {
  private static final int PIECE = 4096;
  private static final int PIECES = 2 * FolioPool.FOLIO_MAX / PIECE;

  private final DirectMemory memory;

  LaneReads(Path file) throws IOException {
    memory = new DirectMemory(file);
  }

  @Override
  public long run(String pattern, int depth, int block, long end) throws IOException {
    boolean isSingle = pattern.equals("single");
    try (Lane lane = Lane.open(memory.engine, isSingle ? PIECES : depth)) {
      lane.register(memory.at(0, PIECE), FolioPool.FOLIO_MAX);
      lane.register(memory.fd);
      return switch (pattern) {
        case "vector" -> vectors(lane, end);
        case "single" -> singles(lane, end);
        default -> blocks(lane, pattern, depth, block, end);
      };
    }
  }

  private long blocks(Lane lane, String pattern, int depth, int block, long end)
      throws IOException {
    Places places = new Places(pattern, memory.fileBytes, block, 1);
    for (int tag = 0; tag < depth; tag++) {
      lane.read(tag, memory.fd, memory.at(tag, block), block, places.next());
    }
    long ops = 0;
    while (lane.inFlight() > 0) {
      boolean goesOn = System.nanoTime() < end;
      lane.await(1, Engine.FOREVER);
      while (lane.next()) {
        int tag = lane.tag();
        check(lane.result(), block);
        ops++;
        if (goesOn) {
          lane.read(tag, memory.fd, memory.at(tag, block), block, places.next());
        }
      }
    }
    return ops;
  }

  private long vectors(Lane lane, long end) throws IOException {
    int whole = PIECES * PIECE;
    Places places = new Places("sequential", memory.fileBytes, whole, 0);
    long ops = 0;
    try (Scratch iov = new Scratch((long) PIECES * Iovec.SIZE)) {
      for (int i = 0; i < PIECES; i++) {
        Iovec.set(iov.address(), i, memory.at(i, PIECE), PIECE);
      }
      while (System.nanoTime() < end) {
        lane.readv(0, memory.fd, iov.address(), PIECES, places.next());
        lane.await(1, Engine.FOREVER);
        lane.next();
        check(lane.result(), whole);
        ops++;
      }
    }
    return ops;
  }

  private long singles(Lane lane, long end) throws IOException {
    Places places = new Places("sequential", memory.fileBytes, PIECE, 0);
    long ops = 0;
    while (System.nanoTime() < end) {
      for (int tag = 0; tag < PIECES; tag++) {
        lane.read(tag, memory.fd, memory.at(tag, PIECE), PIECE, places.next());
      }
      lane.await(PIECES, Engine.FOREVER);
      while (lane.next()) {
        check(lane.result(), PIECE);
      }
      ops++;
    }
    return ops;
  }

  private static void check(int result, int wanted) throws IOException {
    if (result != wanted) {
      throw new IOException("read: wanted " + wanted + ", result " + result);
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
