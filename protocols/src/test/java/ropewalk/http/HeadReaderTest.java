package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.EOFException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadReaderTest {
  private static final String HOST = "Host: h\r\n\r\n";

  @Test
  void aPlainHeadIsCutIntoItsParts() {
    RequestHead head =
        Heads.sound("GET /a%20b?q=1 HTTP/1.1\r\nHost: x:80\r\nRange:  bytes=0-1 \r\nX-A:\r\n\r\n");
    assertThat(head.method()).isEqualTo("GET");
    assertThat(head.target()).isEqualTo("/a%20b?q=1");
    assertThat(head.minor()).isEqualTo(1);
    assertThat(head.fields().lines())
        .containsExactly(
            new Fields.Line("Host", "x:80"),
            new Fields.Line("Range", "bytes=0-1"),
            new Fields.Line("X-A", ""));
    assertThat(head.line()).isEqualTo("GET /a%20b?q=1 HTTP/1.1");
  }

  @Test
  void itTakesTheHeadAndNotOneByteMore() throws Exception {
    String first = "GET /1 HTTP/1.1\r\n" + HOST;
    Heads.Counted source = Heads.source(first + "GET /2 HTTP/1.1\r\n" + HOST);
    HeadReader reader = new HeadReader(source, HeadLimits.USUAL);
    assertThat(reader.read()).extracting(RequestHead::target).isEqualTo("/1");
    assertThat(source.taken()).isEqualTo(first.length());
    assertThat(reader.isWithinHead()).isFalse();
    assertThat(reader.read()).extracting(RequestHead::target).isEqualTo("/2");
    assertThat(reader.read()).isNull();
  }

  @Test
  void emptyLinesBeforeAHeadAreSkipped() throws Exception {
    assertThat(Heads.read("\r\n\r\nGET / HTTP/1.1\r\n" + HOST, HeadLimits.USUAL)).isNotNull();
    assertThat(Heads.read("\r\n", HeadLimits.USUAL)).isNull();
  }

  @Test
  void anEndWithinAHeadIsNoCleanEnd() {
    for (String part :
        new String[] {"G", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r"}) {
      HeadReader reader = new HeadReader(Heads.source(part), HeadLimits.USUAL);
      assertThatThrownBy(reader::read)
          .isInstanceOf(EOFException.class)
          .hasMessageContaining(part.length() + " bytes");
      assertThat(reader.isWithinHead()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\nHost: h\n\n", // bare line feeds
        "GET / HTTP/1.1\r\nHost: h\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", // a carriage return of its own
        "GET / HTTP/1.1\r\nHost : h\r\n\r\n", // a blank before the colon
        "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\n X: y\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX\r\n\r\n", // no colon
        "GET / HTTP/1.1\r\nHost: h\r\n: y\r\n\r\n", // no name
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\u007fb\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", // two blanks
        "GET /  HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\r\n\r\n", // HTTP/0.9
        "GET / HTTP/11\r\nHost: h\r\n\r\n",
        "GET / http/1.1\r\nHost: h\r\n\r\n",
        "GET /\t HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\u00e9 HTTP/1.1\r\nHost: h\r\n\r\n", // raw bytes above ASCII
        "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n",
        "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\0GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\u0016\u0003\u0001\u0002\0", // a TLS ClientHello
        "GET / HTTP/1.1\r\n\r\n", // no Host
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
      })
  void whatCouldBeReadInTwoWaysIsRefused(String head) {
    Refusal refusal = refused(head, HeadLimits.USUAL);
    assertThat(refusal.status()).isEqualTo(Status.BAD_REQUEST);
    assertThat(refusal.endsConnection()).isTrue();
    assertThat(refusal.why()).isNotBlank();
  }

  @Test
  void anotherMajorVersionIs505() {
    assertThat(refused("GET / HTTP/2.0\r\n" + HOST, HeadLimits.USUAL).status())
        .isEqualTo(Status.VERSION_NOT_SUPPORTED);
    assertThat(refused("GET / HTTP/0.9\r\n" + HOST, HeadLimits.USUAL).status())
        .isEqualTo(Status.VERSION_NOT_SUPPORTED);
  }

  @Test
  void aHigherMinorVersionIsServedAsOurs() {
    assertThat(Heads.sound("GET / HTTP/1.9\r\n" + HOST).minor()).isEqualTo(1);
  }

  @Test
  void anOldClientNeedsNoHost() {
    assertThat(Heads.sound("GET / HTTP/1.0\r\n\r\n").minor()).isZero();
  }

  @Test
  void bytesAboveAsciiMayStandInAValue() {
    assertThat(Heads.withFields("X: \u00e9\tz").fields().single("x")).isEqualTo("\u00e9\tz");
  }

  @Test
  void theHeadLimitIsExact() throws Exception {
    String start = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    HeadLimits limits = HeadLimits.ofHead(300);
    String fits = start + "a".repeat(300 - start.length() - 4) + "\r\n\r\n";
    assertThat(fits).hasSize(300);
    assertThat(Heads.read(fits, limits)).isNotNull();
    assertThat(refused(start + "a".repeat(300 - start.length() - 3) + "\r\n\r\n", limits).status())
        .isEqualTo(Status.FIELDS_TOO_LARGE);
  }

  @Test
  void theTargetLimitIsExact() throws Exception {
    HeadLimits limits = new HeadLimits(1000, 20, 10);
    assertThat(Heads.read("GET /" + "a".repeat(19) + " HTTP/1.1\r\n" + HOST, limits)).isNotNull();
    assertThat(refused("GET /" + "a".repeat(20) + " HTTP/1.1\r\n" + HOST, limits).status())
        .isEqualTo(Status.URI_TOO_LONG);
    HeadLimits short_ = new HeadLimits(300, 400, 10);
    assertThat(refused("GET /" + "a".repeat(310) + " HTTP/1.1\r\n" + HOST, short_).status())
        .isEqualTo(Status.URI_TOO_LONG);
  }

  @Test
  void theFieldLimitIsExact() throws Exception {
    HeadLimits limits = new HeadLimits(1000, 20, 3);
    assertThat(Heads.read("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n" + HOST, limits)).isNotNull();
    assertThat(refused("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\n" + HOST, limits).status())
        .isEqualTo(Status.FIELDS_TOO_LARGE);
  }

  @Test
  void endlessEmptyLinesMeetTheLimit() {
    assertThat(refused("\r\n".repeat(10_000), HeadLimits.USUAL).status())
        .isEqualTo(Status.FIELDS_TOO_LARGE);
  }

  @Test
  void keepingAliveFollowsVersionAndField() {
    assertThat(Heads.withFields().keepsAlive()).isTrue();
    assertThat(Heads.withFields("Connection: x, CLOSE").keepsAlive()).isFalse();
    assertThat(Heads.withFields("Connection: keep-alive", "Connection: close").keepsAlive())
        .isFalse();
    assertThat(Heads.sound("GET / HTTP/1.0\r\n\r\n").keepsAlive()).isFalse();
    assertThat(Heads.sound("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keepsAlive())
        .isTrue();
  }

  private static Refusal refused(String head, HeadLimits limits) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> Heads.read(head, limits));
    assertThat(refusal).as(head).isNotNull();
    return refusal;
  }
}
