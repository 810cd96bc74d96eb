package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// What can be seen from outside: events of Flight Recorder, and the lives of a file's pages.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WitnessTest {
  private static final int MIB = 1 << 20;
  private static final List<String> NAMES =
      List.of(
          "ropewalk.Fetch",
          "ropewalk.Version",
          "ropewalk.Refusal",
          "ropewalk.Gift",
          "ropewalk.Drop");

  @Test
  void flightRecorderIsToldWhatTheCacheDid() throws Exception {
    Map<String, ConcurrentLinkedQueue<RecordedEvent>> seen = new ConcurrentHashMap<>();
    try (RecordingStream recording = new RecordingStream();
        CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, 3 * Run.SIZE))) {
      for (String name : NAMES) {
        seen.put(name, new ConcurrentLinkedQueue<>());
        recording.enable(name);
        recording.onEvent(name, event -> named(seen, event.getEventType().getName()).add(event));
      }
      recording.setReuse(false);
      recording.startAsync();
      List<PageRef> lent = room.lend(0, 3 * Run.SIZE);
      room.write(Run.SIZE + 100, Pattern.bytes(9, 4096));
      boolean isGiven = lent.getFirst().tryGive();
      CacheRoom.release(lent);
      CacheRoom.release(room.lend(0, 1000, room.pool.account("poor", 10)));
      room.cache.drop();
      recording.stop();
      assertThat(isGiven).isTrue();
    }
    RecordedEvent fetch = only(seen, "ropewalk.Fetch");
    assertThat(fetch.getInt("runs")).isEqualTo(3);
    assertThat(fetch.getLong("bytes")).isEqualTo(3 * Run.SIZE);
    assertThat(fetch.getLong("inode")).isEqualTo(2);
    assertThat(fetch.getBoolean("isSound")).isTrue();
    RecordedEvent version = only(seen, "ropewalk.Version");
    assertThat(version.getLong("offset")).isEqualTo(Run.SIZE + 100);
    assertThat(version.getLong("copied")).isEqualTo(Run.SIZE - 4096);
    assertThat(only(seen, "ropewalk.Refusal").getLong("bytes")).isEqualTo(1000);
    assertThat(only(seen, "ropewalk.Gift").getLong("bytes")).isEqualTo(Run.SIZE);
    RecordedEvent drop = only(seen, "ropewalk.Drop");
    assertThat(drop.getLong("address")).isEqualTo(only(seen, "ropewalk.Gift").getLong("address"));
    assertThat(drop.getBoolean("isLost")).isFalse();
  }

  @Test
  void flightRecorderIsToldOfWritebacksAndStalls() throws Exception {
    Map<String, ConcurrentLinkedQueue<RecordedEvent>> seen = new ConcurrentHashMap<>();
    WritebackLimits narrow = new WritebackLimits(2 * Run.SIZE, 2 * Run.SIZE, Duration.ofHours(1));
    try (RecordingStream recording = new RecordingStream();
        CacheRoom room = new CacheRoom(MIB, 4 * MIB, new byte[0], narrow, Writing.BACK)) {
      for (String name : List.of("ropewalk.Writeback", "ropewalk.Stall")) {
        seen.put(name, new ConcurrentLinkedQueue<>());
        recording.enable(name);
        recording.onEvent(name, event -> named(seen, event.getEventType().getName()).add(event));
      }
      recording.startAsync();
      Biography life = room.map.record();
      room.backing.isFull = true; // so that the background can't be faster than the writer
      room.write(0, Pattern.bytes(0, 2 * Run.SIZE));
      assertThatThrownBy(() -> room.write(2 * Run.SIZE, new byte[Run.SIZE]))
          .hasMessageContaining("ENOSPC");
      room.backing.isFull = false;
      assertThatThrownBy(() -> room.map.flush(room.holder)).hasMessageContaining("ENOSPC");
      recording.stop();
      assertThat(life.entries())
          .extracting(Biography.Entry::act)
          .contains(Biography.Act.WRITTEN_BACK);
      assertThat(room.cache.stats().stalls()).isPositive();
      assertThat(named(seen, "ropewalk.Stall")).hasSize((int) room.cache.stats().stalls());
      assertThat(named(seen, "ropewalk.Writeback"))
          .hasSize((int) room.cache.stats().writebacks())
          .anyMatch(event -> event.getBoolean("isFailed"))
          .anyMatch(event -> !event.getBoolean("isFailed"));
      assertThat(
              named(seen, "ropewalk.Writeback").stream().mapToLong(e -> e.getLong("bytes")).sum())
          .isEqualTo(room.cache.stats().writtenBack());
    }
  }

  private static RecordedEvent only(
      Map<String, ConcurrentLinkedQueue<RecordedEvent>> seen, String name) {
    assertThat(named(seen, name)).as(name).hasSize(1);
    return named(seen, name).element();
  }

  private static ConcurrentLinkedQueue<RecordedEvent> named(
      Map<String, ConcurrentLinkedQueue<RecordedEvent>> seen, String name) {
    return Objects.requireNonNull(seen.get(name), name);
  }

  @Test
  void aLifeIsTakenFilledLentVersionedAndBack() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, Run.SIZE));
        Biography life = room.map.record()) {
      List<PageRef> pipe = room.lend(0, Run.SIZE);
      List<PageRef> peer = room.lend(0, Run.SIZE);
      assertThat(peer.getFirst().tryGive()).isTrue();
      room.write(0, Pattern.bytes(1, 100)); // on loan: a version
      room.write(0, Pattern.bytes(2, 100)); // nobody has the new one: in place
      CacheRoom.release(peer);
      assertThat(life.alive()).isEqualTo(2);
      CacheRoom.release(pipe);
      assertThat(life.alive()).isEqualTo(1);
      room.cache.drop();
      assertThat(life.alive()).isZero();
      assertThat(life.entries().stream().map(e -> e.version() + " " + e.act()))
          .containsExactly(
              "1 TAKEN",
              "1 FILLED",
              "1 LENT",
              "1 LENT",
              "1 GIVEN",
              "2 TAKEN",
              "1 VERSIONED",
              "2 FILLED",
              "2 WRITTEN",
              "1 RETURNED",
              "1 RETURNED",
              "1 BACK",
              "2 LEFT",
              "2 BACK");
      assertThat(life.entries().stream().map(Biography.Entry::open).toList())
          .containsExactly(0, 0, 1, 2, 2, 0, 2, 0, 0, 1, 0, 0, 0, 0);
      assertThat(life.entries()).isSortedAccordingTo((a, b) -> Long.compare(a.nanos(), b.nanos()));
      assertThat(life.lost()).isZero();
    }
  }

  @Test
  void whatIsNotRecordedIsNotKnown() throws Exception {
    try (CacheRoom room = new CacheRoom(MIB, Pattern.bytes(0, Run.SIZE))) {
      CacheRoom.release(room.lend(0, 10));
      Biography late = room.map.record();
      List<PageRef> lent = room.lend(0, 10);
      assertThat(late.entries()).as("of a page that was there before").isEmpty();
      CacheRoom.release(lent);
      room.cache.drop();
      CacheRoom.release(room.lend(0, 10));
      int acts = late.entries().size();
      assertThat(acts).isPositive();
      late.close();
      room.cache.drop();
      assertThat(late.entries()).hasSize(acts);
    }
  }
}
