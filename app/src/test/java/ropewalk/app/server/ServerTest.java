package ropewalk.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.app.server.RawPeer.Reply;

class ServerTest {
  @TempDir Path root;

  @Test
  void aFileIsServedAndLogged() throws Exception {
    try (Served served = new Served(root)) {
      served.put("a.txt", "hello");
      try (RawPeer peer = served.peer()) {
        Reply reply = peer.get("/a.txt").reply();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEqualTo("hello");
        assertThat(reply.field("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(reply.fields())
            .containsKeys("etag", "last-modified", "date", "accept-ranges")
            .doesNotContainKey("connection");
      }
      assertThat(served.lines(1))
          .singleElement()
          .asString()
          .matches("\\S+Z \\S*127.0.0.1:\\d+ \"GET /a.txt HTTP/1.1\" 200 5 \\S+ 0/\\d+ [0-9.]+ms");
    }
  }
}
