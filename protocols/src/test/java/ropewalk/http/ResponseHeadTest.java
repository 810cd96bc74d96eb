package ropewalk.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseHeadTest {

  @Test
  void itIsRenderedByteForByte() {
    ResponseHead head =
        new ResponseHead(Status.NOT_FOUND).field("Content-Length", 0).field("X", "a b");
    String text = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nX: a b\r\n\r\n";
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(head.length());
      assertThat(head.render(target)).isEqualTo(text.length());
      assertThat(new String(target.toArray(ValueLayout.JAVA_BYTE), US_ASCII)).isEqualTo(text);
      assertThatThrownBy(() -> head.render(arena.allocate(head.length() - 1L)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(head).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nSet-Cookie: x", "a\nb", "a\rb", "\0", "\u007f", "é", "\t"})
  void aValueCannotEndItsLine(String value) {
    assertThatThrownBy(() -> new ResponseHead(Status.OK).field("X", value))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:", "a\r\n", "é"})
  void aNameIsAToken(String name) {
    assertThatThrownBy(() -> new ResponseHead(Status.OK).field(name, "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
