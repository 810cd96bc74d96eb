package ropewalk.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.app.server.RawPeer.Reply;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Whatever call fails, in whatever legal way: an answer is right, or says that it is not, or its
/// connection ends. No descriptor and no page is lost on the way (the audit behind each test
/// looks).
class HostileKernelTest {
  private static final int SIZE = 300_001;

  @TempDir Path root;

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"EIO", "EMFILE", "ECONNRESET", "SHORT"})
  void eachCallFailsOnce(Fault fault) throws Exception {
    Files.write(root.resolve("f"), Pattern.bytes(0, SIZE));
    int struck =
        FaultySyscalls.sweep(
            HostSyscalls.host(),
            fault,
            faulty -> {
              try (Served served =
                  new Served(root, options -> options, faulty.calls(), Engine.Choice.EPOLL)) {
                ask(served, 0, SIZE - 1);
                ask(served, SIZE - 70_000, SIZE - 1);
              } catch (IOException notEvenStarted) {
                assertThat(notEvenStarted).hasMessageContaining(fault.name());
              }
            });
    assertThat(struck).as("calls that %s could strike", fault).isPositive();
  }

  @Test
  void aKernelThatNeverDoesAllAtOnceIsNoTrouble() throws Exception {
    Files.write(root.resolve("f"), Pattern.bytes(0, SIZE));
    FaultySyscalls faulty =
        FaultySyscalls.over(HostSyscalls.host(), 42)
            .often(Fault.SHORT, 0.3)
            .often(Fault.EINTR, 0.2)
            .often(Fault.EAGAIN, 0.2);
    try (Served served =
        new Served(root, options -> options, faulty.calls(), Engine.Choice.EPOLL)) {
      Gen.check(
          40,
          gen -> {
            long first = gen.edgy(0, SIZE - 1);
            assertThat(ask(served, first, gen.edgy(first, SIZE - 1))).isTrue();
          });
    }
    assertThat(faulty.done(Fault.SHORT)).isPositive();
    assertThat(faulty.done(Fault.EAGAIN)).isPositive();
  }

  /// Asks for a part on a connection of its own. Answers whether it came; if not, this was made
  /// plain.
  private static boolean ask(Served served, long first, long last) {
    byte[] body;
    try (RawPeer peer = served.peer()) {
      Reply head = peer.get("/f", "Range: bytes=" + first + "-" + last).head();
      if (head.status() >= 500) {
        return false;
      }
      assertThat(head.status()).isEqualTo(206);
      assertThat(head.length()).isEqualTo(last - first + 1);
      body = peer.in.readNBytes((int) head.length());
    } catch (IOException plain) {
      return false;
    }
    // Fewer bytes than the head says are seen by the client too; what did come is right in any
    // case.
    assertThat(body).isEqualTo(Pattern.bytes(first, body.length));
    return body.length == last - first + 1;
  }
}
