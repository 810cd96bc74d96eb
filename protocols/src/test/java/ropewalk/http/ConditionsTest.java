package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;
import static ropewalk.http.Conditions.NOT_MODIFIED;
import static ropewalk.http.Conditions.PRECONDITION_FAILED;
import static ropewalk.http.Conditions.PROCEED;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  private static final EntityTag TAG = new EntityTag("t", false);
  private static final Instant MODIFIED = Instant.parse("2026-01-01T12:00:00.5Z");
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
  private static final String BEFORE = "Thu, 01 Jan 2026 11:59:59 GMT";
  private static final String SAME = "Thu, 01 Jan 2026 12:00:00 GMT";
  private static final String AFTER = "Thu, 01 Jan 2026 12:00:01 GMT";

  @Test
  void noFieldsMeanProceed() {
    assertThat(of()).isEqualTo(PROCEED);
  }

  @Test
  void ifNoneMatchComparesWeaklyAndGoesBeforeTheDate() {
    assertThat(of("If-None-Match: \"t\"")).isEqualTo(NOT_MODIFIED);
    assertThat(of("If-None-Match: W/\"t\"")).isEqualTo(NOT_MODIFIED);
    assertThat(of("If-None-Match: \"x\", \"t\"")).isEqualTo(NOT_MODIFIED);
    assertThat(of("If-None-Match: \"x\"", "If-None-Match: \"t\"")).isEqualTo(NOT_MODIFIED);
    assertThat(of("If-None-Match: *")).isEqualTo(NOT_MODIFIED);
    assertThat(of("If-None-Match: \"x\"")).isEqualTo(PROCEED);
    assertThat(of("If-None-Match: \"x\"", "If-Modified-Since: " + SAME)).isEqualTo(PROCEED);
    assertThat(of("If-None-Match: t")).isEqualTo(PROCEED);
  }

  @Test
  void ifModifiedSinceComparesWholeSeconds() {
    assertThat(of("If-Modified-Since: " + SAME)).isEqualTo(NOT_MODIFIED);
    assertThat(of("If-Modified-Since: " + AFTER)).isEqualTo(NOT_MODIFIED);
    assertThat(of("If-Modified-Since: " + BEFORE)).isEqualTo(PROCEED);
    assertThat(of("If-Modified-Since: yesterday")).isEqualTo(PROCEED);
    assertThat(of("If-Modified-Since: " + SAME, "If-Modified-Since: " + SAME)).isEqualTo(PROCEED);
  }

  @Test
  void ifMatchComparesStronglyAndGoesBeforeEverything() {
    assertThat(of("If-Match: \"t\"")).isEqualTo(PROCEED);
    assertThat(of("If-Match: *")).isEqualTo(PROCEED);
    assertThat(of("If-Match: W/\"t\"")).isEqualTo(PRECONDITION_FAILED);
    assertThat(of("If-Match: \"x\"", "If-None-Match: \"t\"")).isEqualTo(PRECONDITION_FAILED);
    assertThat(of("If-Match: \"t\"", "If-None-Match: \"t\"")).isEqualTo(NOT_MODIFIED);
    assertThat(of("If-Match: \"t\"", "If-Unmodified-Since: " + BEFORE)).isEqualTo(PROCEED);
  }

  @Test
  void ifUnmodifiedSinceComparesWholeSeconds() {
    assertThat(of("If-Unmodified-Since: " + BEFORE)).isEqualTo(PRECONDITION_FAILED);
    assertThat(of("If-Unmodified-Since: " + SAME)).isEqualTo(PROCEED);
  }

  @Test
  void ifRangeNeedsThisVeryState() {
    assertThat(range()).isTrue();
    assertThat(range("If-Range: \"t\"")).isTrue();
    assertThat(range("If-Range: W/\"t\"")).isFalse();
    assertThat(range("If-Range: \"x\"")).isFalse();
    assertThat(range("If-Range: \"t\"", "If-Range: \"t\"")).isFalse();
    assertThat(range("If-Range: " + SAME)).isTrue();
    assertThat(range("If-Range: " + AFTER)).isFalse();
    assertThat(range("If-Range: " + BEFORE)).isFalse();
    assertThat(range("If-Range: soon")).isFalse();
  }

  @Test
  void aDateNamesNoStateWithinItsOwnSecond() {
    Fields fields = Heads.fields("If-Range: " + SAME);
    assertThat(Conditions.rangeCounts(fields, TAG, MODIFIED, MODIFIED.plusMillis(100))).isFalse();
    assertThat(Conditions.rangeCounts(fields, TAG, MODIFIED, MODIFIED.plusSeconds(2))).isTrue();
  }

  private static Conditions of(String... fields) {
    return Conditions.of(Heads.fields(fields), TAG, MODIFIED, NOW);
  }

  private static boolean range(String... fields) {
    return Conditions.rangeCounts(Heads.fields(fields), TAG, MODIFIED, NOW);
  }
}
