package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramingTest {

  @Test
  void noFieldMeansNoBody() throws Exception {
    assertThat(Framing.of(Heads.withFields()).kind()).isEqualTo(Framing.Kind.NONE);
    assertThat(Framing.of(Heads.withFields("Content-Length: 0")).kind())
        .isEqualTo(Framing.Kind.NONE);
  }

  @Test
  void oneLengthOrTheSameTwiceIsALength() throws Exception {
    assertThat(Framing.of(Heads.withFields("Content-Length: 12")).length()).isEqualTo(12);
    assertThat(Framing.of(Heads.withFields("Content-Length: 12, 12")).length()).isEqualTo(12);
    assertThat(Framing.of(Heads.withFields("Content-Length: 12", "content-length: 12")).length())
        .isEqualTo(12);
    assertThat(Framing.of(Heads.withFields("Content-Length: 99999999999999999999")).length())
        .isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 1\r\nContent-Length: 2",
        "Content-Length: 1, 2",
        "Content-Length: 1,",
        "Content-Length: +1",
        "Content-Length: -1",
        "Content-Length: 0x1",
        "Content-Length: 1 2",
        "Content-Length:",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
      })
  void twoReadersTwoLengthsIsRefused(String lines) {
    Refusal refusal = refused(Heads.withFields(lines));
    assertThat(refusal.status()).isEqualTo(Status.BAD_REQUEST);
    assertThat(refusal.endsConnection()).isTrue();
  }

  @Test
  void chunksAreKnownAndOtherEncodingsAreNot() throws Exception {
    assertThat(Framing.of(Heads.withFields("Transfer-Encoding: Chunked")).kind())
        .isEqualTo(Framing.Kind.CHUNKED);
    for (String other :
        new String[] {
          "gzip, chunked", "chunked, chunked", "identity", "xchunked", "\"chunked\"", ""
        }) {
      assertThat(refused(Heads.withFields("Transfer-Encoding: " + other)).status())
          .as(other)
          .isEqualTo(Status.NOT_IMPLEMENTED);
    }
    assertThat(
            refused(Heads.sound("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")).status())
        .isEqualTo(Status.BAD_REQUEST);
  }

  @Test
  void onlySmallBodiesThatComeByThemselvesAreDrained() throws Exception {
    RequestHead small = Heads.withFields("Content-Length: 65536");
    RequestHead large = Heads.withFields("Content-Length: 65537");
    RequestHead waits = Heads.withFields("Content-Length: 5", "Expect: 100-continue");
    RequestHead chunks = Heads.withFields("Transfer-Encoding: chunked");
    assertThat(Framing.of(small).isDrainable(small)).isTrue();
    assertThat(Framing.of(large).isDrainable(large)).isFalse();
    assertThat(Framing.of(waits).isDrainable(waits)).isFalse();
    assertThat(Framing.of(chunks).isDrainable(chunks)).isFalse();
  }

  @Test
  void anUnknownExpectationIs417() {
    assertThat(refused(Heads.withFields("Expect: 200-ok")).status())
        .isEqualTo(Status.EXPECTATION_FAILED);
  }

  private static Refusal refused(RequestHead head) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> Framing.of(head));
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
