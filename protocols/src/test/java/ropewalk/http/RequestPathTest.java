package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {

  @ParameterizedTest
  @CsvSource({
    "/, ., true",
    "/a, a, false",
    "/a/, a, true",
    "/a/b.txt, a/b.txt, false",
    "//a///b, a/b, false",
    "/a?b/../c, a, false",
    "/a%20b, a b, false",
    "/%C3%A9, é, false",
    "/%c3%a9, é, false",
    "/a%252e, a%2e, false",
    "/..., ..., false",
    "/.hidden, .hidden, false",
    "/a..b, a..b, false",
    "/a%5C..%5Cb, 'a\\..\\b', false",
    "/a%2Eb, a.b, false",
    "/+, +, false",
    "/%F0%9F%A7%B5, 🧵, false",
    "http://h:80/a/b, a/b, false",
    "HTTP://h, ., true",
    "http://h?q, ., true",
    "http://h?q/../x, ., true",
  })
  void aTargetIsDecodedOnce(String target, String relative, boolean slash) throws Exception {
    RequestPath path = RequestPath.of(target);
    assertThat(path.relative()).isEqualTo(relative);
    assertThat(path.endsWithSlash()).isEqualTo(slash);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/..",
        "/../etc/passwd",
        "/a/../b",
        "/a/..",
        "/.",
        "/./a",
        "/%2e%2e/etc/passwd",
        "/%2E%2e",
        "/.%2e/x",
        "/%2e",
        "/..%2fetc",
        "/a%2fb",
        "/a%2F..%2Fb",
        "/%c0%ae%c0%ae/etc", // overlong "."
        "/%c0%af", // overlong "/"
        "/%e0%80%af",
        "/%f0%80%80%af",
        "/%ed%a0%80", // half of a surrogate pair
        "/%f4%90%80%80", // beyond Unicode
        "/%ff",
        "/%80",
        "/%c3", // a sequence cut short
        "/a%00.txt",
        "/%0d%0aX:y",
        "/%7f",
        "/%c2%85", // a C1 control
        "/%",
        "/%4",
        "/%zz",
        "/%-1",
        "/a#b",
        "*",
        "a",
        "",
        "https://h/a",
        "ftp://h/a",
        "h:80",
      })
  void whatClimbsOrCheatsIsRefused(String target) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> RequestPath.of(target));
    assertThat(refusal).isNotNull();
    assertThat(refusal.status()).isEqualTo(Status.BAD_REQUEST);
    assertThat(refusal.endsConnection()).isFalse();
  }

  @Test
  void aRedirectStaysOnThisHost() throws Exception {
    assertThat(RequestPath.of("//evil.example/a").encodedDirectory()).isEqualTo("/evil.example/a/");
    assertThat(RequestPath.of("/%5Cevil").encodedDirectory()).isEqualTo("/%5Cevil/");
    assertThat(
            RequestPath.of("/a b%25é".replace(" ", "%20").replace("é", "%C3%A9"))
                .encodedDirectory())
        .isEqualTo("/a%20b%25%C3%A9/");
    assertThat(RequestPath.of("/").encodedDirectory()).isEqualTo("/");
  }

  @Test
  void namesBelowADirectoryAreJoined() throws Exception {
    assertThat(RequestPath.of("/").relative("index.html")).isEqualTo("index.html");
    assertThat(RequestPath.of("/a/b/").relative("index.html")).isEqualTo("a/b/index.html");
    assertThat(RequestPath.of("/a/b/").lastName()).isEqualTo("b");
    assertThat(RequestPath.of("/a/b").display()).isEqualTo("/a/b/");
  }
}
