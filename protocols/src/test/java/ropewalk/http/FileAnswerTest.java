package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FileAnswerTest {
  private static final long MODIFIED = 1_767_268_800_500_000_000L; // 2026-01-01T12:00:00.5Z
  private static final FileStamp STAMP = new FileStamp(1000, MODIFIED, MODIFIED, 7);
  private static final String TAG = EntityTag.of(STAMP).toString();
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

  @Test
  void theWholeFile() {
    FileAnswer answer = to("GET");
    assertThat(answer.head().toString())
        .isEqualTo(
            "HTTP/1.1 200 OK\r\n"
                + "ETag: "
                + TAG
                + "\r\n"
                + "Last-Modified: Thu, 01 Jan 2026 12:00:00 GMT\r\n"
                + "Accept-Ranges: bytes\r\n"
                + "Content-Type: text/x\r\n"
                + "X-Content-Type-Options: nosniff\r\n"
                + "Content-Length: 1000\r\n\r\n");
    assertThat(answer.offset()).isZero();
    assertThat(answer.length()).isEqualTo(1000);
  }

  @Test
  void aPartOfIt() {
    FileAnswer answer = to("GET", "Range: bytes=10-19");
    assertThat(answer.head().status()).isEqualTo(Status.PARTIAL_CONTENT);
    assertThat(answer.head().toString())
        .contains("Content-Range: bytes 10-19/1000\r\n", "Content-Length: 10\r\n");
    assertThat(answer.offset()).isEqualTo(10);
    assertThat(answer.length()).isEqualTo(10);
  }

  @Test
  void aPartBeyondIt() {
    FileAnswer answer = to("GET", "Range: bytes=1000-");
    assertThat(answer.head().status()).isEqualTo(Status.RANGE_NOT_SATISFIABLE);
    assertThat(answer.head().toString())
        .contains("Content-Range: bytes */1000\r\n", "Content-Length: 0\r\n");
    assertThat(answer.length()).isZero();
  }

  @Test
  void headIsGetWithoutBytesAndWithoutRanges() {
    FileAnswer answer = to("HEAD", "Range: bytes=10-19");
    assertThat(answer.head().toString()).isEqualTo(to("GET").head().toString());
    assertThat(answer.length()).isZero();
  }

  @Test
  void whatTheClientHasIsNotSent() {
    FileAnswer answer = to("GET", "If-None-Match: " + TAG, "Range: bytes=0-1");
    assertThat(answer.head().status()).isEqualTo(Status.NOT_MODIFIED);
    assertThat(answer.head().toString()).contains("ETag: " + TAG).doesNotContain("Content-Length");
    assertThat(answer.length()).isZero();
  }

  @Test
  void anotherStateThanWantedFails() {
    FileAnswer answer = to("GET", "If-Match: \"x\"");
    assertThat(answer.head().status()).isEqualTo(Status.PRECONDITION_FAILED);
    assertThat(answer.length()).isZero();
  }

  @Test
  void aPartOfAnotherStateIsTheWholeOfThis() {
    assertThat(to("GET", "Range: bytes=0-1", "If-Range: \"x\"").head().status())
        .isEqualTo(Status.OK);
    assertThat(to("GET", "Range: bytes=0-1", "If-Range: " + TAG).head().status())
        .isEqualTo(Status.PARTIAL_CONTENT);
  }

  @Test
  void twoRangeFieldsCountAsNone() {
    assertThat(to("GET", "Range: bytes=0-1", "Range: bytes=0-1").head().status())
        .isEqualTo(Status.OK);
  }

  @Test
  void aDateToComeIsToldAsNow() {
    long ahead = NOW.plusSeconds(3600).getEpochSecond() * 1_000_000_000L;
    FileAnswer answer =
        FileAnswer.to(
            Heads.withFields(), new FileStamp(1, ahead, ahead, 1), ContentTypes.BYTES, NOW);
    assertThat(answer.head().toString()).contains("Last-Modified: " + HttpDate.format(NOW));
  }

  private static FileAnswer to(String method, String... fields) {
    StringBuilder head = new StringBuilder(method + " / HTTP/1.1\r\nHost: h\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return FileAnswer.to(Heads.sound(head + "\r\n"), STAMP, "text/x", NOW);
  }
}
