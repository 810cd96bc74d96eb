package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndNameTest {
  @Test
  void everyFormIsRead() throws Failure {
    assertThat(EndName.parse("-")).isEqualTo(new EndName.Standard());
    assertThat(EndName.parse("zero:")).isEqualTo(new EndName.Zero());
    assertThat(EndName.parse("null:")).isEqualTo(new EndName.Null());
    assertThat(EndName.parse("a/b c")).isEqualTo(new EndName.Named(Path.of("a/b c")));
    assertThat(EndName.parse("tcp://h:1")).isEqualTo(new EndName.Peer("tcp://h:1"));
    assertThat(EndName.parse("tcp://[::1]:9")).isEqualTo(new EndName.Peer("tcp://[::1]:9"));
    assertThat(EndName.parse("tcp-listen://0.0.0.0:0"))
        .isEqualTo(new EndName.Visitor("tcp://0.0.0.0:0"));
    assertThat(EndName.parse("unix:/run/a b")).isEqualTo(new EndName.Peer("unix:/run/a b"));
    assertThat(EndName.parse("unix-listen:s")).isEqualTo(new EndName.Visitor("unix:s"));
    assertThat(EndName.parse("tcp://h:1,[::1]:2")).isEqualTo(new EndName.Peer("tcp://h:1,[::1]:2"));
    assertThat(EndName.parse("udp://h:1")).isEqualTo(new EndName.Messages("udp://h:1", false));
    assertThat(EndName.parse("udp-listen://h:0"))
        .isEqualTo(new EndName.Messages("udp://h:0", true));
    assertThat(EndName.parse("unix-dgram:s"))
        .isEqualTo(new EndName.Messages("unix-dgram:s", false));
    assertThat(EndName.parse("unix-seqpacket-listen:s"))
        .isEqualTo(new EndName.Messages("unix-seqpacket:s", true));
  }

  @Test
  void aNameWithAColonIsAPath() throws Failure {
    assertThat(EndName.parse("notes:today")).isEqualTo(new EndName.Named(Path.of("notes:today")));
    assertThat(EndName.parse("./tcp:x")).isEqualTo(new EndName.Named(Path.of("./tcp:x")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://h/x",
        "tcp://",
        "tcp://h",
        "tcp://:9",
        "tcp://h:0",
        "tcp://h:65536",
        "tcp://h:9/x",
        "tcp://::1:9",
        "tcp://h:nine",
        "tcp-listen://h",
        "unix:",
        "unix-dgram:",
        "unix-seqpacket-listen:",
        "tcp://h:1,",
        "tcp://h:1,h",
        "udp://h",
        "udp-listen://h:65536",
        "unix-listen:",
        "a\0b"
      })
  void theRestIsRefusedWithWhatWasExpected(String text) {
    assertThatThrownBy(() -> EndName.parse(text))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("'" + text + "'");
  }
}
