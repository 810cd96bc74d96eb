package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "64k, 65536",
    "64KiB, 65536",
    "1M, 1048576",
    "3G, 3221225472",
    "7 B, 7",
    "9223372036854775807, 9223372036854775807"
  })
  void readsWhatPeopleWrite(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.5M", "M", "12X", "9223372036854775808", "9000000T", "1MM"})
  void refusesTheRestAndSaysWhatWasExpected(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("expected");
  }

  @Test
  void saysThemShortly() {
    assertThat(ByteSize.say(0)).isEqualTo("0 B");
    assertThat(ByteSize.say(1023)).isEqualTo("1023 B");
    assertThat(ByteSize.say(1024)).isEqualTo("1.0 KiB");
    assertThat(ByteSize.say((1 << 20) - 1)).isEqualTo("1.0 MiB");
    assertThat(ByteSize.say(3.5 * (1L << 30))).isEqualTo("3.5 GiB");
  }
}
