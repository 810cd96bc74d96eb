package ropewalk.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log of writes is read back as it was written, and a power cut keeps what a flush or FUA made
/// durable, and of the rest what it is told to.
class PowerCutTest {
  @TempDir private Path folder;

  /// A log in the form in which the kernel writes it, in units of 512 bytes.
  private static final class Scribe {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private long entries;

    Scribe write(long sector, int sectors, int value, int flags) {
      entry(sector, sectors, flags, "");
      byte[] bytes = new byte[sectors * Disk.SECTOR];
      Arrays.fill(bytes, (byte) value);
      body.writeBytes(bytes);
      return this;
    }

    Scribe discard(long sector, int sectors) {
      return entry(sector, sectors, WriteLog.DISCARD, "");
    }

    Scribe flush() {
      return entry(0, 0, WriteLog.FLUSH, "");
    }

    Scribe mark(String text) {
      return entry(0, 0, WriteLog.MARK, text);
    }

    private Scribe entry(long sector, int sectors, int flags, String mark) {
      byte[] unit = new byte[Disk.SECTOR];
      numbers(unit)
          .putLong(sector)
          .putLong(sectors)
          .putLong(flags)
          .putLong(mark.length())
          .put(mark.getBytes(StandardCharsets.UTF_8));
      body.writeBytes(unit);
      entries++;
      return this;
    }

    WriteLog store(Path path) throws IOException {
      byte[] head = new byte[Disk.SECTOR];
      numbers(head).putLong(0x6a736677736872L).putLong(1).putLong(entries).putInt(Disk.SECTOR);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(head);
      all.writeBytes(body.toByteArray());
      Files.write(path, all.toByteArray());
      return WriteLog.open(path);
    }

    private static ByteBuffer numbers(byte[] unit) {
      return ByteBuffer.wrap(unit).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static int at(Disk disk, long sector) {
    byte[] bytes = disk.read(sector);
    assertThat(bytes).hasSize(Disk.SECTOR).containsOnly(bytes[0]);
    return bytes[0];
  }

  private WriteLog log() throws IOException {
    return new Scribe()
        .write(0, 2, 1, 0) // 0
        .mark("ready") // 1
        .flush() // 2
        .write(0, 1, 2, 0) // 3
        .write(5, 1, 3, WriteLog.FUA) // 4
        .mark("kept-4") // 5
        .write(1, 1, 4, 0) // 6
        .discard(5, 1) // 7
        .flush() // 8
        .mark("kept-9") // 9
        .store(folder.resolve("log"));
  }

  @Test
  void whatWasFlushedStaysAndWhatWasNotIsLost() throws IOException {
    try (WriteLog log = log()) {
      Disk cut = new PowerCut(8, PowerCut.Loss.ALL, 1).leave(log);
      assertThat(List.of(at(cut, 0), at(cut, 1), at(cut, 5))).containsExactly(1, 1, 3);
      cut = new PowerCut(9, PowerCut.Loss.ALL, 1).leave(log);
      assertThat(List.of(at(cut, 0), at(cut, 1), at(cut, 5))).containsExactly(2, 4, 0);
      cut = new PowerCut(2, PowerCut.Loss.ALL, 1).leave(log);
      assertThat(List.of(at(cut, 0), at(cut, 1), at(cut, 5))).containsExactly(0, 0, 0);
    }
  }

  @Test
  void aQuickDiskLosesNothingThatHappened() throws IOException {
    try (WriteLog log = log()) {
      Disk cut = new PowerCut(7, PowerCut.Loss.NOTHING, 1).leave(log);
      assertThat(List.of(at(cut, 0), at(cut, 1), at(cut, 5))).containsExactly(2, 4, 3);
      cut = new PowerCut(4, PowerCut.Loss.NOTHING, 1).leave(log);
      assertThat(List.of(at(cut, 0), at(cut, 1), at(cut, 5))).containsExactly(2, 1, 0);
    }
  }

  @Test
  void whatIsInDoubtIsLostBySeedWriteByWriteOrTorn() throws IOException {
    Scribe scribe = new Scribe().write(0, 8, 1, 0).flush();
    try (WriteLog log = scribe.write(0, 8, 2, 0).write(8, 8, 2, 0).store(folder.resolve("log"))) {
      int torn = 0;
      int halves = 0;
      for (long seed = 0; seed < 20; seed++) {
        Disk whole = new PowerCut(4, PowerCut.Loss.WRITES, seed).leave(log);
        for (int sector = 1; sector < 8; sector++) {
          assertThat(at(whole, sector)).isEqualTo(at(whole, 0));
        }
        halves += at(whole, 0) == 2 && at(whole, 8) == 0 ? 1 : 0;
        Disk parts = new PowerCut(4, PowerCut.Loss.SECTORS, seed).leave(log);
        for (int sector = 1; sector < 8; sector++) {
          torn += at(parts, sector) == at(parts, 0) ? 0 : 1;
        }
        Disk again = new PowerCut(4, PowerCut.Loss.SECTORS, seed).leave(log);
        for (int sector = 0; sector < 16; sector++) {
          assertThat(at(again, sector)).isEqualTo(at(parts, sector));
        }
      }
      assertThat(torn).as("sectors that differ from their write's first").isPositive();
      assertThat(halves).as("cuts that lost one of two writes").isPositive();
    }
  }

  @Test
  void aCutKnowsItsPromise() throws IOException {
    try (WriteLog log = log()) {
      assertThat(new PowerCut(1, PowerCut.Loss.ALL, 1).mark(log)).isEmpty();
      assertThat(new PowerCut(5, PowerCut.Loss.ALL, 1).mark(log)).isEqualTo("ready");
      assertThat(new PowerCut(9, PowerCut.Loss.ALL, 1).mark(log)).isEqualTo("kept-4");
      assertThat(new PowerCut(10, PowerCut.Loss.ALL, 1).mark(log)).isEqualTo("kept-9");
    }
  }

  @Test
  void everySecondCutComesRightAfterAPromise() throws IOException {
    try (WriteLog log = log()) {
      List<PowerCut> cuts = Crashes.choose(log.entries(), 3, 100);
      for (int i = 0; i < cuts.size(); i++) {
        assertThat(cuts.get(i).at()).isBetween(2, 10);
        if (i % 2 == 0) {
          assertThat(log.entries().get(cuts.get(i).at() - 1).mark()).startsWith("kept-");
          assertThat(cuts.get(i).loss()).isEqualTo(PowerCut.Loss.ALL);
        }
      }
      assertThat(cuts.stream().map(PowerCut::loss).distinct()).hasSize(4);
      assertThat(Crashes.choose(log.entries(), 3, 100)).isEqualTo(cuts);
    }
  }

  @Test
  void aLogWithoutPromisesProvesNothing() throws IOException {
    try (WriteLog log = new Scribe().mark("ready").flush().store(folder.resolve("log"))) {
      assertThatThrownBy(() -> Crashes.choose(log.entries(), 1, 4))
          .hasMessage("a log of 2 entries, 0 promises and a mark 'ready'");
    }
  }

  @Test
  void anotherFileIsNoLog() throws IOException {
    Path other = Files.write(folder.resolve("other"), new byte[4096]);
    assertThatThrownBy(() -> WriteLog.open(other)).hasMessageContaining("is no log of writes");
  }

  @Test
  void aDiskIsStoredSparse() throws IOException {
    Disk disk = new Disk();
    byte[] bytes = new byte[Disk.SECTOR];
    Arrays.fill(bytes, (byte) 7);
    disk.write(1000, bytes, 0);
    Path file = folder.resolve("disk");
    disk.store(file, 64 << 20);
    assertThat(Files.size(file)).isEqualTo(64 << 20);
    byte[] stored = Files.readAllBytes(file);
    assertThat(Arrays.copyOfRange(stored, 1000 * Disk.SECTOR, 1001 * Disk.SECTOR)).isEqualTo(bytes);
    stored = Arrays.copyOf(stored, 1000 * Disk.SECTOR);
    assertThat(stored).containsOnly(0);
  }
}
