package ropewalk.strict;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import ropewalk.net.Socket;
import ropewalk.splice.Source;

/// Where the pages of a stream arrive, one after the other. Used by one thread.
sealed interface Far extends AutoCloseable {

  /// Waits for the next page, which should be `page`; answers as [PageVersions#of].
  long next(int page) throws IOException;

  @Override
  void close() throws IOException;

  /// Fills `target` from `socket`.
  private static void receive(Socket socket, MemorySegment target) throws IOException {
    for (long done = 0; done < target.byteSize(); ) {
      long got = socket.receive(target.asSlice(done));
      if (got == Source.END) {
        throw new IOException("ended in the middle of a page");
      }
      done += got;
    }
  }

  /// In this process: the pages themselves are received and looked at.
  final class Here implements Far {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment bytes = arena.allocate(PageVersions.PAGE, Long.BYTES);
    private final Socket socket;

    Here(Socket socket) {
      this.socket = socket;
    }

    @Override
    public long next(int page) throws IOException {
      receive(socket, bytes);
      return PageVersions.of(bytes, 0, page);
    }

    @Override
    public void close() throws IOException {
      socket.close();
      arena.close();
    }
  }

  /// In another process, a [FarReader], that has looked at them and sends back on the same
  /// connection what it saw of each: the page's number and its version, 8 bytes each.
  final class Elsewhere implements Far {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment report = arena.allocate(2 * Long.BYTES, Long.BYTES);
    private final Socket near;

    Elsewhere(Socket near) {
      this.near = near;
    }

    @Override
    public long next(int page) throws IOException {
      receive(near, report);
      long seen = report.get(ValueLayout.JAVA_LONG, 0);
      long version = report.get(ValueLayout.JAVA_LONG, Long.BYTES);
      return version == PageVersions.ZEROS || seen == page ? version : PageVersions.TORN;
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
