package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentTypesTest {

  @ParameterizedTest
  @CsvSource({
    "a.html, text/html; charset=utf-8",
    "A.HTML, text/html; charset=utf-8",
    "a.tar.gz, application/gzip",
    "a.js, text/javascript; charset=utf-8",
    "a.wasm, application/wasm",
    "a.png, image/png",
    "a.gif, image/gif", // the JDK's table
    "a.tex, application/x-tex",
    "a, application/octet-stream",
    "'', application/octet-stream",
    "., application/octet-stream",
    "a., application/octet-stream",
    ".html, text/html; charset=utf-8",
    "a.b#c.html, text/html; charset=utf-8",
    "a.html#, application/octet-stream",
    "a.'é', application/octet-stream",
  })
  void theSuffixDecides(String name, String type) {
    assertThat(ContentTypes.of(name)).isEqualTo(type);
  }
}
