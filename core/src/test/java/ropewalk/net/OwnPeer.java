package ropewalk.net;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Pattern;

/// Another process of ours that packs the pattern and passes it: `FAMILY PATH BYTES memory|pipe`.
/// When the parcel has gone it writes over all the memory it has, says so, and is gone as well.
final class OwnPeer {
  private static final int RUN = 64 << 10;

  private OwnPeer() {}

  /// Does what `arguments` say, then ends.
  public static void main(String[] arguments) throws IOException {
    int bytes = Integer.parseInt(arguments[2]);
    try (Ropewalk walk =
            Ropewalk.builder().cacheBytes(0).plan(PoolPlan.of(2 << 20, 2 << 20)).open();
        Arena arena = Arena.ofConfined()) {
      Tally tally = new Tally();
      boolean isPipe = arguments[3].equals("pipe");
      try (Parcel parcel = isPipe ? pipe(walk, bytes, tally) : memory(walk, bytes, tally)) {
        send(walk, arguments[0], arguments[1], IovIter.source(arena.allocate(1)), parcel.fd());
      }
      overwrite(walk);
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      out.println(tally.given() == bytes ? "sent given" : "sent copied");
    }
  }

  private static void send(Ropewalk walk, String family, String path, IovIter note, Fd fd)
      throws IOException {
    switch (family) {
      case "unix" -> {
        try (Unix unix = Unix.connect(walk.engine(), walk.pool(), new Address.Unix(path))) {
          unix.sendDescriptors(note, fd);
        }
      }
      case "unixgram" -> {
        try (UnixDatagram socket = UnixDatagram.connect(walk.engine(), walk.pool(), path)) {
          socket.sendDescriptors(note, fd);
        }
      }
      default -> {
        try (SeqPacket socket =
            SeqPacket.connect(walk.engine(), walk.pool(), path, Engine.FOREVER)) {
          socket.sendDescriptors(note, fd);
        }
      }
    }
  }

  /// Packs what is on loan from gift memory; the owner has it meanwhile.
  static PipeParcel pipe(Ropewalk walk, int bytes, Tally tally) throws IOException {
    try (Pipe pipe = Pipe.open(Math.max(1, bytes / RUN + 1))) {
      for (int at = 0; at < bytes; at += RUN) {
        int length = Math.min(RUN, bytes - at);
        try (PageRef own = walk.pool().take(RUN, FolioClass.GIFT)) {
          Pattern.fill(own.target().asSlice(0, length), at);
          own.publish(length);
          pipe.push(own.lend(0, length));
        }
      }
      return PipeParcel.pack(walk.engine(), walk.pool(), pipe, Long.MAX_VALUE, tally);
    }
  }

  /// Packs into sealed memory.
  static MemoryParcel memory(Ropewalk walk, int bytes, Tally tally) throws IOException {
    try (MemoryPacking packing = MemoryPacking.open(walk.engine(), walk.pool());
        Pipe pipe = Pipe.open(1)) {
      for (int at = 0; at < bytes; at += RUN) {
        int length = Math.min(RUN, bytes - at);
        PageRef own = walk.pool().take(length, FolioClass.RING);
        Pattern.fill(own.target().asSlice(0, length), at);
        own.publish(length);
        pipe.push(own);
        for (long left = length; left > 0; ) {
          left -= packing.drain(pipe, left, true, tally);
        }
      }
      return packing.seal();
    }
  }

  /// Every folio of the pool that can be had, filled with something else.
  private static void overwrite(Ropewalk walk) throws IOException {
    List<PageRef> all = new ArrayList<>();
    for (FolioClass kind : FolioClass.values()) {
      @Nullable PageRef one = walk.pool().tryTake(RUN, kind);
      while (one != null) {
        one.target().fill((byte) 0xee);
        all.add(one);
        one = walk.pool().tryTake(RUN, kind);
      }
    }
    all.forEach(PageRef::close);
  }
}
