package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDateTest {
  private static final Instant THEN = Instant.parse("1994-11-06T08:49:37Z");
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
      })
  void theThreeFormsAreRead(String text) {
    assertThat(HttpDate.parse(text, NOW)).isEqualTo(THEN);
  }

  @Test
  void oneFormIsWritten() {
    assertThat(HttpDate.format(THEN.plusNanos(999_999_999)))
        .isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    assertThat(HttpDate.parse(HttpDate.format(NOW), NOW)).isEqualTo(NOW);
  }

  @Test
  void aTwoDigitYearFarAheadLiesInThePast() {
    assertThat(HttpDate.parse("Friday, 01-Jan-76 00:00:00 GMT", NOW))
        .isEqualTo("2076-01-01T00:00:00Z");
    assertThat(HttpDate.parse("Saturday, 01-Jan-77 00:00:00 GMT", NOW))
        .isEqualTo("1977-01-01T00:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 25:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT; length=5",
        "1994-11-06T08:49:37Z",
        "784111777",
        "Sun ",
        ", ",
      })
  void whatIsNoDateIsAbsent(String text) {
    assertThat(HttpDate.parse(text, NOW)).isNull();
  }
}
