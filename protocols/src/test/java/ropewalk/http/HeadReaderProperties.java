package ropewalk.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import ropewalk.testkit.Gen;

class HeadReaderProperties {
  private static final String[] PIECES = {
    "GET",
    " ",
    "/",
    "HTTP/1.1",
    "\r\n",
    "\r",
    "\n",
    "Host: h",
    ":",
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
    "\t",
    "\0",
    "%2e%2e",
    "..",
    "%",
    "X: y",
    "\u00e9",
    "http://a/",
    "Range: bytes=0-",
    "HTTP/9.9",
    "a",
    "\r\n\r\n"
  };

  @Test
  void anyBytesAreAHeadOrARefusalAndNothingElse() {
    Gen.check(
        20_000,
        gen -> {
          StringBuilder text = new StringBuilder("GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n");
          for (int edits = gen.in(0, 6); edits > 0; edits--) {
            int at = gen.in(0, text.length());
            if (gen.bool()) {
              text.insert(at, gen.pick(PIECES));
            } else {
              text.replace(
                  at,
                  Math.min(text.length(), at + gen.in(1, 6)),
                  gen.bool() ? gen.pick(PIECES) : "");
            }
          }
          HeadJudge.judge(text.toString().getBytes(ISO_8859_1));
        });
  }

  @Test
  void aHeadOfPiecesIsJudgedLikeAnyOther() {
    Gen.check(
        20_000,
        gen -> {
          StringBuilder text = new StringBuilder();
          for (int pieces = gen.in(1, 12); pieces > 0; pieces--) {
            text.append(gen.pick(PIECES));
          }
          HeadJudge.judge(text.toString().getBytes(ISO_8859_1));
        });
  }

  @Test
  void theJudgeIsNotVacuous() throws Exception {
    assertThat(HeadJudge.judge("GET /a HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(ISO_8859_1))).isTrue();
    assertThat(HeadJudge.judge("GET /a HTTP/1.1\nHost: h\r\n\r\n".getBytes(ISO_8859_1))).isFalse();
  }
}
