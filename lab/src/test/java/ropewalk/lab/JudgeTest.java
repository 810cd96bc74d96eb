package ropewalk.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ropewalk.testkit.Gen;

/// The judge admits every state between two promises and none other.
class JudgeTest {
  private static final int STEPS = 40;

  /// The file as steps `[0, end)` leave it; step `end` may be carried out in some sectors only.
  private static byte[] after(Script script, int end) {
    byte[] bytes = new byte[0];
    for (int i = 0; i < end; i++) {
      bytes = apply(script, i, bytes);
    }
    return bytes;
  }

  private static byte[] apply(Script script, int step, byte[] before) {
    return switch (script.steps().get(step)) {
      case Step.Write write -> {
        byte[] bytes =
            Arrays.copyOf(before, Math.max(before.length, write.offset() + write.length()));
        System.arraycopy(script.bytes(step, write), 0, bytes, write.offset(), write.length());
        yield bytes;
      }
      case Step.Truncate truncate -> Arrays.copyOf(before, truncate.size());
      case Step.Sync _ -> before;
    };
  }

  private static int syncBefore(Script script, int end) {
    int sync = -1;
    for (int i = 0; i < end; i++) {
      sync = script.steps().get(i) instanceof Step.Sync ? i : sync;
    }
    return sync;
  }

  @Test
  void everyStateSinceTheLastPromiseIsAdmitted() {
    Gen.check(
        20,
        gen -> {
          Script script = Script.of(gen.in(0, Long.MAX_VALUE - 1), STEPS);
          int end = gen.in(0, STEPS);
          int promised = syncBefore(script, end);
          assertThat(new Judge(script, false).complaints(after(script, end), promised)).isEmpty();
        });
  }

  @Test
  void aSectorMayBeOldOrNewEachForItself() {
    Gen.check(
        20,
        gen -> {
          Script script = Script.of(gen.in(0, Long.MAX_VALUE - 1), STEPS);
          int end = gen.in(1, STEPS);
          int promised = syncBefore(script, end);
          byte[] old = after(script, Math.max(promised, 0));
          byte[] found = after(script, end);
          for (int at = 0; at < found.length; at += Disk.SECTOR) {
            if (gen.bool()) {
              int until = Math.min(at + Disk.SECTOR, found.length);
              System.arraycopy(Arrays.copyOf(old, until), at, found, at, until - at);
            }
          }
          assertThat(new Judge(script, false).complaints(found, promised)).isEmpty();
        });
  }

  @Test
  void aPromisedWriteThatIsGoneIsSeen() {
    Gen.check(
        20,
        gen -> {
          Script script = Script.of(gen.in(0, Long.MAX_VALUE - 1), STEPS);
          int sync = STEPS - 1; // the last step is one
          int lost = gen.in(0, sync - 1);
          byte[] found = new byte[0];
          for (int i = 0; i < sync; i++) {
            found = i == lost ? found : apply(script, i, found);
          }
          byte[] right = after(script, sync);
          // What a later step covers is not missed.
          assertThat(new Judge(script, false).complaints(found, sync).isEmpty())
              .isEqualTo(Arrays.equals(found, right));
        });
  }

  @Test
  void complaintsSayWhatIsThere() {
    Script script = Script.of(1, STEPS);
    byte[] right = after(script, STEPS);
    byte[] torn = right.clone();
    torn[1000] ^= 1;
    assertThat(new Judge(script, false).complaints(torn, STEPS - 1))
        .containsExactly("bytes 512 to 1023 are nobody's");
    assertThat(
            new Judge(script, false).complaints(Arrays.copyOf(right, right.length + 1), STEPS - 1))
        .containsExactly(
            "the size is %d and not within %d and %d"
                .formatted(right.length + 1, right.length, right.length));
    assertThat(new Judge(script, false).complaints(right, STEPS - 1)).isEmpty();
  }

  @Test
  void aFileThatIsReplacedIsOneVersionOrTheNext() {
    Script script = Script.of(1, STEPS);
    Judge judge = new Judge(script, true);
    int promised = syncBefore(script, STEPS - 1);
    assertThat(judge.complaints(after(script, promised), promised)).isEmpty();
    assertThat(judge.complaints(after(script, STEPS - 1), promised)).isEmpty();
    for (int end = 0; end < promised; end++) {
      byte[] early = after(script, end);
      assertThat(judge.complaints(early, promised).isEmpty())
          .isEqualTo(Arrays.equals(early, after(script, promised)));
    }
    byte[] half = Arrays.copyOf(after(script, promised), 512);
    assertThat(judge.complaints(half, promised)).hasSize(1);
    assertThat(judge.complaints(new byte[0], promised)).hasSize(1);
    assertThat(judge.complaints(new byte[0], -1)).isEmpty();
  }

  @Test
  void aScriptIsItsSeed() {
    assertThat(Script.of(7, STEPS).steps()).isEqualTo(Script.of(7, STEPS).steps());
    assertThat(Script.of(7, STEPS).steps()).isNotEqualTo(Script.of(8, STEPS).steps());
    Step.Write write = new Step.Write(100, 2000);
    assertThat(Script.of(7, STEPS).bytes(1, write))
        .isEqualTo(Script.of(7, STEPS).bytes(1, write))
        .isNotEqualTo(Script.of(7, STEPS).bytes(2, write))
        .isNotEqualTo(Script.of(8, STEPS).bytes(1, write));
  }
}
