package ropewalk.bench.peer;

import java.io.IOException;
import java.nio.file.Path;

/// Virtual threads that simply read, as many as the depth says, over the shared engine.
final class VirtualReads implements DirectWay {
  private final DirectMemory memory;

  VirtualReads(Path file) throws IOException {
    memory = new DirectMemory(file);
  }

  @Override
  public long run(String pattern, int depth, int block, long end) throws Exception {
    return Crew.work(
        Thread.ofVirtual().factory(),
        depth,
        number -> {
          Places places = new Places(pattern, memory.fileBytes, block, number + 1);
          long address = memory.at(number, block);
          long ops = 0;
          while (System.nanoTime() < end) {
            long result = memory.engine.pread(memory.fd, address, block, places.next());
            if (result != block) {
              throw new IOException("pread: wanted " + block + ", result " + result);
            }
            ops++;
          }
          return ops;
        });
  }

  @Override
  public void close() {
    memory.close();
  }
}
