package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-0     | 0   | 1",
        "bytes=0-99    | 0   | 100",
        "bytes=0-100   | 0   | 100",
        "bytes=99-99   | 99  | 1",
        "bytes=10-     | 10  | 90",
        "bytes=-1      | 99  | 1",
        "bytes=-100    | 0   | 100",
        "bytes=-101    | 0   | 100",
        "BYTES=5-6     | 5   | 2",
        "bytes= 5-6 ,, | 5   | 2",
        "bytes=5-9223372036854775807 | 5 | 95",
        "bytes=5-99999999999999999999999 | 5 | 95",
        "bytes=-99999999999999999999999 | 0 | 100",
      })
  void onePartOfAHundredBytes(String field, long first, long length) {
    assertThat(ByteRange.of(field, 100))
        .isEqualTo(new ByteRange(ByteRange.Kind.PART, first, length));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=100-",
        "bytes=100-100",
        "bytes=9223372036854775807-",
        "bytes=99999999999999999999-",
        "bytes=-0",
        "bytes=-000"
      })
  void whatCannotBeMet(String field) {
    assertThat(ByteRange.of(field, 100).kind()).isEqualTo(ByteRange.Kind.UNSATISFIABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=-",
        "bytes=a-b",
        "bytes=1",
        "bytes=5-4",
        "bytes=500-400",
        "bytes=1--2",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=1-2-3",
        "bytes=0x1-2",
        "items=0-1",
        "bytes 0-1",
        "bytes=0-1,5-6",
        "bytes=0-1,-5",
        "bytes=0-1,x",
        "bytes=1 -2"
      })
  void whatIsMalformedOrSeveralIsTheWhole(String field) {
    assertThat(ByteRange.of(field, 100)).isEqualTo(ByteRange.whole(100));
  }

  @Test
  void anEmptyFileHasNoParts() {
    assertThat(ByteRange.of("bytes=0-", 0).kind()).isEqualTo(ByteRange.Kind.UNSATISFIABLE);
    assertThat(ByteRange.of("bytes=-5", 0)).isEqualTo(ByteRange.whole(0));
  }

  @Test
  void theLargestFileHasALastByte() {
    ByteRange all = ByteRange.of("bytes=0-", Long.MAX_VALUE);
    assertThat(all.length()).isEqualTo(Long.MAX_VALUE);
    assertThat(all.last()).isEqualTo(Long.MAX_VALUE - 1);
  }
}
