package ropewalk.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.app.server.RawPeer.Reply;

/// Nothing outside the root is reachable, and nothing is opened that is no file.
class ContainmentTest {
  private static final String SECRET = "the secret";
  private static final String[] TARGETS = {
    "/../secret",
    "/d/../../secret",
    "/d/..",
    "/%2e%2e/secret",
    "/%2E%2E%2Fsecret",
    "/..%2fsecret",
    "/.%2e/secret",
    "/d/%2e%2e/%2e%2e/secret",
    "/%252e%252e/secret",
    "/%252e%252e%252fsecret",
    "/%c0%ae%c0%ae/secret",
    "/%c0%ae%c0%ae%c0%afsecret",
    "/%e0%80%ae%e0%80%ae/secret",
    "/%uff0e%uff0e/secret",
    "/..\\secret",
    "/..%5csecret",
    "/secret%00",
    "/%00/../secret",
    "/a.txt%00.html",
    "//../secret",
    "/./../secret",
    "http://test/../secret",
    "http://test/%2e%2e/secret",
    "/link-out",
    "/link-out-absolute",
    "/directory-out/secret",
    "/directory-out",
    "/d/up/secret",
    "/proc-link",
    "/loop",
    "/a.txt/../../secret",
    "/a.txt/",
    "/a.txt/x",
    "/fifo",
    "/null",
    "/unreadable",
  };

  @TempDir Path outside;

  @Test
  void whatLeadsOutIsRefused() throws Exception {
    Path root = Files.createDirectory(outside.resolve("root"));
    Files.writeString(outside.resolve("secret"), SECRET);
    Files.createDirectory(root.resolve("d"));
    Files.createSymbolicLink(root.resolve("link-out"), Path.of("../secret"));
    Files.createSymbolicLink(root.resolve("link-out-absolute"), outside.resolve("secret"));
    Files.createSymbolicLink(root.resolve("directory-out"), Path.of(".."));
    Files.createSymbolicLink(root.resolve("d/up"), Path.of("../.."));
    Files.createSymbolicLink(root.resolve("proc-link"), Path.of("/proc/self/environ"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
    Files.createSymbolicLink(root.resolve("null"), Path.of("/dev/null"));
    assertThat(new ProcessBuilder("mkfifo", root.resolve("fifo").toString()).start().waitFor())
        .isZero();
    try (Served served = new Served(root)) {
      served.put("a.txt", "public");
      for (String target : TARGETS) {
        try (RawPeer peer = served.peer()) {
          Reply reply = peer.get(target).reply();
          assertThat(reply.status()).as(target).isBetween(400, 499);
          assertThat(reply.text()).as(target).doesNotContain(SECRET);
        }
      }
      try (RawPeer peer = served.peer()) {
        assertThat(peer.get("/a.txt").reply().text()).isEqualTo("public");
      }
    }
  }

  @Test
  void linksThatStayInsideAreFollowed() throws Exception {
    try (Served served = new Served(Files.createDirectory(outside.resolve("root")))) {
      served.put("d/a.txt", "inside");
      Files.createSymbolicLink(served.root.resolve("d/again"), Path.of("../d/a.txt"));
      Files.createSymbolicLink(served.root.resolve("e"), Path.of("d"));
      try (RawPeer peer = served.peer()) {
        assertThat(peer.get("/d/again").reply().text()).isEqualTo("inside");
        assertThat(peer.get("/e/a.txt").reply().text()).isEqualTo("inside");
      }
    }
  }

  @Test
  void aRootThatIsALinkIsServed() throws Exception {
    Path real = Files.createDirectory(outside.resolve("real"));
    Path link = Files.createSymbolicLink(outside.resolve("link"), real);
    try (Served served = new Served(link)) {
      served.put("a", "x");
      try (RawPeer peer = served.peer()) {
        assertThat(peer.get("/a").reply().text()).isEqualTo("x");
      }
    }
  }
}
