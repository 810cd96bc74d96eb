package ropewalk.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.app.server.RawPeer.Reply;

/// Requests and their answers, on raw connections.
class ServerTest {
  /// Long enough for a loaded machine to send a request in, short enough to wait for.
  private static final Duration SHORT = Duration.ofSeconds(1);

  @TempDir Path root;
  private Served served;
  private RawPeer peer;

  @BeforeEach
  void start() throws IOException {
    served = new Served(root);
    served.put("a.txt", "hello");
    served.put("d/b.txt", "b");
    peer = served.peer();
  }

  @AfterEach
  void stop() throws IOException {
    peer.close();
    served.close();
  }

  /// The same directory by a server with other options.
  private void restart(java.util.function.UnaryOperator<ServeOptions> change) throws IOException {
    stop();
    served = new Served(root, change);
    peer = served.peer();
  }

  @Test
  void aFileIsServedAndLogged() throws Exception {
    Reply reply = peer.get("/a.txt").reply();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).isEqualTo("hello");
    assertThat(reply.field("content-type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(reply.fields())
        .containsKeys("etag", "last-modified", "date", "accept-ranges")
        .doesNotContainKey("connection");
    assertThat(served.lines(1))
        .singleElement()
        .asString()
        .matches(
            "\\S+Z \\S*127.0.0.1:\\d+ \"GET /a.txt HTTP/1.1\" 200 5/[05] \\S+ 0/\\d+ [0-9.]+ms");
  }

  @Test
  void headHasTheFieldsAndNoBytes() throws Exception {
    Reply head = peer.request("HEAD", "/a.txt").head();
    Reply get =
        peer.get("/a.txt").reply(); // were there bytes behind the head, this would not parse
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.field("content-length")).isEqualTo("5");
    assertThat(head.field("etag")).isEqualTo(get.field("etag"));
    assertThat(peer.request("HEAD", "/none").head().status()).isEqualTo(404);
    assertThat(peer.request("HEAD", "/d/").head().status()).isEqualTo(200);
    assertThat(peer.request("HEAD", "/d").head().status()).isEqualTo(301);
    assertThat(peer.get("/a.txt").reply().text()).isEqualTo("hello");
  }

  @Test
  void whatTheClientHasIsNotSentAgain() throws Exception {
    Reply first = peer.get("/a.txt").reply();
    Reply byTag = peer.get("/a.txt", "If-None-Match: \"x\", W/" + first.field("etag")).reply();
    assertThat(byTag.status()).isEqualTo(304);
    assertThat(byTag.field("etag")).isEqualTo(first.field("etag"));
    Reply byDate = peer.get("/a.txt", "If-Modified-Since: " + first.field("last-modified")).reply();
    assertThat(byDate.status()).isEqualTo(304);
    served.put("a.txt", "hello!");
    Reply changed = peer.get("/a.txt", "If-None-Match: " + first.field("etag")).reply();
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.text()).isEqualTo("hello!");
    assertThat(changed.field("etag")).isNotEqualTo(first.field("etag"));
  }

  @Test
  void rangesAndWhatIsBeyond() throws Exception {
    Reply part = peer.get("/a.txt", "Range: bytes=1-3").reply();
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.text()).isEqualTo("ell");
    assertThat(part.field("content-range")).isEqualTo("bytes 1-3/5");
    assertThat(peer.get("/a.txt", "Range: bytes=-2").reply().text()).isEqualTo("lo");
    assertThat(peer.get("/a.txt", "Range: bytes=0-0,2-2").reply().text()).isEqualTo("hello");
    Reply beyond = peer.get("/a.txt", "Range: bytes=5-").reply();
    assertThat(beyond.status()).isEqualTo(416);
    assertThat(beyond.field("content-range")).isEqualTo("bytes */5");
    assertThat(peer.get("/a.txt", "Range: bytes=1-3", "If-Range: \"x\"").reply().text())
        .isEqualTo("hello");
    assertThat(
            peer.get("/a.txt", "Range: bytes=1-3", "If-Range: " + part.field("etag"))
                .reply()
                .text())
        .isEqualTo("ell");
  }

  @Test
  void aDirectoryIsItsIndexOrAListing() throws Exception {
    Reply slash = peer.get("/d").reply();
    assertThat(slash.status()).isEqualTo(301);
    assertThat(slash.field("location")).isEqualTo("/d/");
    Reply listing = peer.get("/d/").reply();
    assertThat(listing.field("content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(listing.text()).contains("<a href=\"./b.txt\">b.txt</a>", "<a href=\"../\">");
    assertThat(peer.get("/").reply().text()).contains("href=\"./d/\"", "href=\"./a.txt\"");
    served.put("d/index.html", "<p>index");
    Reply index = peer.get("/d/").reply();
    assertThat(index.text()).isEqualTo("<p>index");
    assertThat(index.field("content-type")).isEqualTo("text/html; charset=utf-8");
  }

  @Test
  void aRedirectNeverLeavesThisHost() throws Exception {
    Files.createDirectory(root.resolve("evil.example"));
    assertThat(peer.get("//evil.example").reply().field("location")).isEqualTo("/evil.example/");
  }

  @Test
  void otherMethodsAre405() throws Exception {
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "get", "BREW")) {
      Reply reply = peer.request(method, "/a.txt").reply();
      assertThat(reply.status()).as(method).isEqualTo(405);
      assertThat(reply.field("allow")).isEqualTo("GET, HEAD");
    }
    assertThat(peer.get("/a.txt").reply().status()).isEqualTo(200);
  }

  @Test
  void manyRequestsShareAConnection() throws Exception {
    for (int i = 0; i < 50; i++) {
      assertThat(peer.get("/a.txt").reply().text()).isEqualTo("hello");
      assertThat(peer.get("/none").reply().status()).isEqualTo(404);
    }
    assertThat(served.lines(100)).hasSize(100);
    assertThat(served.server.connections()).isEqualTo(1);
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      served.put("n" + i, "number " + i);
      all.append("GET /n").append(i).append(" HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    peer.send(all.toString());
    for (int i = 0; i < 100; i++) {
      assertThat(peer.reply().text()).isEqualTo("number " + i);
    }
  }

  @Test
  void aClientThatIsDoneIsToldSo() throws Exception {
    Reply reply = peer.get("/a.txt", "Connection: close").reply();
    assertThat(reply.field("connection")).isEqualTo("close");
    assertThat(peer.isEnded()).isTrue();
  }

  @Test
  void oldClientsEndUnlessTheyAskNotTo() throws Exception {
    peer.send("GET /a.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assertThat(peer.reply().field("connection")).isEqualTo("keep-alive");
    peer.send("GET /a.txt HTTP/1.0\r\n\r\n");
    assertThat(peer.reply().text()).isEqualTo("hello");
    assertThat(peer.isEnded()).isTrue();
  }

  @Test
  void aClientThatHasFinishedSendingGetsItsAnswer() throws Exception {
    peer.get("/a.txt");
    peer.socket.shutdownOutput();
    assertThat(peer.reply().text()).isEqualTo("hello");
    assertThat(peer.isEnded()).isTrue();
  }

  @Test
  void aSmallBodyIsDroppedAndTheNextRequestFound() throws Exception {
    peer.send(
        "GET /a.txt HTTP/1.1\r\nHost: h\r\nContent-Length: 28\r\n\r\nGET /d HTTP/1.1\r\nHost: h\r\n\r\n");
    assertThat(peer.reply().text()).isEqualTo("hello");
    assertThat(peer.get("/none").reply().status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /d HTTP/1.1\r\nHost: h\r\n\r\n",
        "Content-Length: 10000000\r\n\r\nGET /d HTTP/1.1\r\nHost: h\r\n\r\n",
        "Content-Length: 9\r\nExpect: 100-continue\r\n\r\nGET /d HTTP/1.1\r\nHost: h\r\n\r\n",
      })
  void behindABodyThatIsNotReadTheConnectionEnds(String rest) throws Exception {
    peer.send("GET /a.txt HTTP/1.1\r\nHost: h\r\n" + rest);
    Reply reply = peer.reply();
    assertThat(reply.text()).isEqualTo("hello");
    assertThat(reply.field("connection")).isEqualTo("close");
    assertThat(peer.isEnded()).isTrue();
    assertThat(served.lines(1)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "'GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400",
    "'GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello', 400",
    "'GET / HTTP/1.1\nHost: h\n\n', 400",
    "'GET / HTTP/1.1\r\n\r\n', 400",
    "'GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n', 400",
    "'GET / HTTP/3.0\r\nHost: h\r\n\r\n', 505",
    "'GET / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n', 417",
    "'GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n', 501",
  })
  void aDoubtfulHeadEndsTheConnection(String head, int status) throws Exception {
    peer.send(head + "GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n");
    Reply reply = peer.reply();
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.field("connection")).isEqualTo("close");
    assertThat(peer.isEnded()).isTrue();
    assertThat(served.lines(1)).singleElement().asString().contains(" " + status + " ");
  }

  @Test
  void longHeadsAndTargetsAreRefused() throws Exception {
    peer.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(20_000));
    assertThat(peer.reply().status()).isEqualTo(431);
    assertThat(peer.isEnded()).isTrue();
    try (RawPeer other = served.peer()) {
      assertThat(other.get("/" + "x".repeat(9000)).reply().status()).isEqualTo(414);
      assertThat(other.isEnded()).isTrue();
    }
    try (RawPeer other = served.peer()) {
      assertThat(other.get("/" + "x".repeat(5000)).reply().status()).isEqualTo(404); // ENAMETOOLONG
      assertThat(other.get("/" + "x/".repeat(3000)).reply().status()).isEqualTo(404);
    }
  }

  @Test
  void aHeadThatDripsIs408() throws Exception {
    restart(options -> options.withIdleTimeout(SHORT));
    peer.send("GET / HTTP/1.1\r\nHo");
    assertThat(peer.reply().status()).isEqualTo(408);
    assertThat(peer.isEnded()).isTrue();
    assertThat(served.lines(1))
        .singleElement()
        .asString()
        .contains("\"-\" 408")
        .contains("1000 ms");
  }

  @Test
  void anIdleConnectionEndsWithoutAWord() throws Exception {
    restart(options -> options.withIdleTimeout(SHORT));
    assertThat(peer.get("/a.txt").reply().text()).isEqualTo("hello");
    assertThat(peer.isEnded()).isTrue();
    assertThat(served.lines(1)).hasSize(1);
  }

  @Test
  void aPeerThatLeavesWithinAHeadIsALine() throws Exception {
    peer.send("GET /a.txt HT").close();
    assertThat(served.lines(1))
        .singleElement()
        .asString()
        .contains("\"-\" -", "within a request head");
  }

  @Test
  void aTlsClientIsToldWhatThisPortSpeaks() throws Exception {
    peer.send("\u0016\u0003\u0001\u0002\0\u0001");
    Reply reply = peer.reply();
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).contains("TLS");
  }

  @Test
  void noOneElsesLineCanBeForged() throws Exception {
    peer.get("/%0d%0aforged%22").reply();
    peer.get("/\"quoted\"").reply();
    assertThat(served.lines(2)).allMatch(line -> line.indexOf('\n') < 0);
    assertThat(served.lines(2).get(1)).contains("\"GET /\\\"quoted\\\" HTTP/1.1\" 404");
  }

  @Test
  void aPortInUseIsSaidSo() throws Exception {
    assertThatThrownBy(
            () ->
                Server.start(
                    served.walk, ServeOptions.of(root).withBind("127.0.0.1", served.server.port())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EADDRINUSE");
    assertThatThrownBy(() -> Server.start(served.walk, ServeOptions.of(root.resolve("none"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> Server.start(served.walk, ServeOptions.of(root.resolve("a.txt"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ENOTDIR");
  }
}
