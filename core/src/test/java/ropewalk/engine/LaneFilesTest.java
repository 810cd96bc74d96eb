package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Open;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.fake.FakeRing;

/// The files that a lane's ring knows in advance.
final class LaneFilesTest extends LaneRoom {
  private final FakeRing ring = FakeRing.over(HOST);

  @Override
  Engine openEngine() throws IOException {
    return Engine.open(ring.calls(), Engine.Choice.IO_URING);
  }

  @AfterEach
  void nobodyDidWhatNobodyMay() {
    assertThat(ring.complaints()).isEmpty();
  }

  @Test
  @DisplayName("R-47: a registered file that is closed is never taken for another one")
  void aRegisteredFileKeepsItsSlotUntilItIsForgotten() throws Exception {
    Fd first = file("first", Open.O_RDONLY);
    Files.write(folder.resolve("second"), Pattern.bytes(1_000_000, BYTES));
    try (Fd second = file("second", Open.O_RDONLY)) {
      assertThat(lane.register(first)).isTrue();
      assertThat(lane.register(first)).as("again").isTrue();
      ring.hold(true);
      ring.answerNext(-Errno.EINTR);
      lane.read(0, first, at(0), PAGE, 0);
      lane.read(1, first, at(PAGE), PAGE, PAGE);
      lane.submit();
      first.close();
      assertThat(lane.register(second)).isTrue();
      lane.read(2, second, at(page(2)), PAGE, 0);
      lane.submit();
      ring.release(3);
      assertThat(lane.await(3, Engine.FOREVER)).isEqualTo(3);
      while (lane.next()) {
        assertThat(lane.result()).isEqualTo(PAGE);
      }
      Pattern.verify(bytes(0, 2L * PAGE), 0);
      Pattern.verify(bytes(page(2), PAGE), 1_000_000);
    }
  }

  @Test
  void moreFilesThanSlotsAreReadByTheirNumbers() throws Exception {
    List<Fd> files = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Files.write(folder.resolve("file" + i), Pattern.bytes(i, PAGE));
      files.add(file("file" + i, Open.O_RDONLY));
      assertThat(lane.register(files.get(i))).isEqualTo(i < 16);
    }
    for (int i = 0; i < 20; i++) {
      lane.read(0, files.get(i), at(0), PAGE, 0);
      takeOne();
      assertThat(lane.result()).isEqualTo(PAGE);
      Pattern.verify(bytes(0, PAGE), i);
      files.get(i).close();
    }
    try (Fd fd = file("after", Open.O_RDONLY)) {
      lane.await(0, Engine.FOREVER);
      assertThat(lane.register(fd)).as("slots of closed files are free again").isTrue();
    }
  }
}
