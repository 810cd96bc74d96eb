package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;

/// What an NFS write looks like: a header, pages of which the first begins in its middle, and a
/// trailer, sent at once instead of piece by piece. The offset was forgotten once, and files got
/// the wrong bytes.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageOffsetsTest {
  @TempDir Path folder;

  /// In one go, and with a short count at each turn: then the rest begins in the middle of a page.
  @ParameterizedTest
  @CsvSource({
    "EPOLL, TCP",
    "EPOLL, UNIX",
    "EPOLL, UDP",
    "EPOLL, UNIX_DATAGRAM",
    "EPOLL, SEQPACKET",
    "IO_URING, TCP",
    "IO_URING, UNIX",
    "IO_URING, UDP",
    "IO_URING, UNIX_DATAGRAM",
    "IO_URING, SEQPACKET"
  })
  @DisplayName("R-33: the first page's offset holds when header, pages and trailer are one send")
  void theFirstPagesOffsetHolds(Engine.Choice choice, SendRoom.Kind kind) throws Exception {
    FaultySyscalls faulty = FaultySyscalls.over(HostSyscalls.host(), 1);
    try (SendRoom room = new SendRoom(faulty, choice, kind, folder)) {
      for (SendRoom.Way way : SendRoom.Way.values()) {
        room.send(way, "at once", () -> {}, false);
        int shorts = -1;
        for (int nth = 1; shorts < faulty.done(Fault.SHORT); nth++) {
          int at = nth;
          shorts = faulty.done(Fault.SHORT);
          room.send(way, "short " + nth, () -> arm(faulty, at), false);
        }
      }
      assertThat(faulty.done(Fault.SHORT) > 0)
          .as("shortened")
          .isEqualTo(kind == SendRoom.Kind.TCP || kind == SendRoom.Kind.UNIX);
    }
  }

  private static void arm(FaultySyscalls faulty, int nth) {
    FaultySyscalls _ = faulty.fail(Fault.SHORT, "", nth);
  }
}
