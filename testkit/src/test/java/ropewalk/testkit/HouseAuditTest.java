package ropewalk.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;
import ropewalk.page.FolioPool;

/// Runs classes that leak on purpose and reads what the audit says of them.
class HouseAuditTest {
  private static final List<Closeable> LEAKED = new ArrayList<>();

  @AfterEach
  void plugTheLeaks() throws IOException {
    for (Closeable leak : LEAKED) {
      leak.close();
    }
    LEAKED.clear();
    FolioPool.COMPLAINTS.clear();
  }

  private static <T extends Closeable> T leak(T resource) {
    LEAKED.add(resource);
    return resource;
  }

  static class OpensAFile {
    @Test
    void leaves() throws IOException {
      leak(new FileInputStream("/etc/passwd"));
    }
  }

  static class OpensASocket {
    final SocketChannel socket = open();

    private static SocketChannel open() {
      try {
        return leak(SocketChannel.open());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Test
    void leavesWhatItsInstanceOpened() {
      assertThat(socket.isOpen()).isTrue();
    }
  }

  static class OpensForTheClass {
    @BeforeAll
    static void open() throws IOException {
      leak(new FileInputStream("/etc/passwd"));
    }

    @Test
    void isInnocent() {}
  }

  static class KeepsAPage {
    @Test
    void leaves() {
      FolioPool.COMPLAINTS.add("pool 1: folio 7 is taken, 1 loan, 0 pins");
    }
  }

  static class FailsAndLeaks {
    @Test
    void failsFirst() throws IOException {
      leak(new FileInputStream("/etc/passwd"));
      throw new IllegalStateException("the test's own failure");
    }
  }

  static class ClosesLate {
    @Test
    void closesFromAnotherThread() throws IOException {
      FileInputStream file = new FileInputStream("/etc/passwd");
      Thread.ofPlatform()
          .start(
              () -> {
                try (file) {
                  Thread.sleep(100);
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
    }
  }

  @Unaudited("shows the way out")
  static class IsExempt {
    @Test
    void leaves() throws IOException {
      leak(new FileInputStream("/etc/passwd"));
    }
  }

  @Test
  void aDescriptorLeftOpenFailsTheTestAndIsNamed() {
    assertThat(failuresOf(OpensAFile.class, 20).getFirst())
        .contains("not as leaves() found it", "is open: /etc/passwd");
  }

  @Test
  void aDescriptorOpenedByTheInstanceCounts() {
    assertThat(failuresOf(OpensASocket.class, 20).getFirst()).contains("is open: socket:[");
  }

  @Test
  void aDescriptorOpenedForAllTestsIsTheClasssLeak() {
    assertThat(failuresOf(OpensForTheClass.class, 20))
        .singleElement()
        .asString()
        .contains("OpensForTheClass", "is open: /etc/passwd");
  }

  @Test
  void aPoolNotAtRestFailsTheTest() {
    assertThat(failuresOf(KeepsAPage.class, 20).getFirst()).contains("folio 7 is taken");
  }

  @Test
  void theTestsOwnFailureComesFirst() {
    assertThat(failuresOf(FailsAndLeaks.class, 20).getFirst()).isEqualTo("the test's own failure");
  }

  @Test
  void aLateCloseIsNoLeak() {
    assertThat(failuresOf(ClosesLate.class, 2_000)).isEmpty();
  }

  @Test
  void onlyTheAnnotationExempts() {
    assertThat(failuresOf(IsExempt.class, 20)).isEmpty();
  }

  @Test
  void theListKnowsWhatIsOpen() throws IOException {
    OpenFiles before = OpenFiles.now();
    try (FileInputStream file = new FileInputStream(Path.of("/etc/passwd").toFile())) {
      assertThat(file.getFD().valid()).isTrue();
      assertThat(OpenFiles.now().since(before)).singleElement().asString().contains("/etc/passwd");
    }
    assertThat(OpenFiles.now().since(before)).isEmpty();
  }

  private static List<String> failuresOf(Class<?> tests, int settleMillis) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .configurationParameter(HouseAudit.SETTLE_PARAMETER, Integer.toString(settleMillis))
                .build(),
            listener);
    assertThat(listener.getSummary().getTestsStartedCount()).isPositive();
    return listener.getSummary().getFailures().stream()
        .map(Failure::getException)
        .map(Throwable::getMessage)
        .map(String::valueOf)
        .toList();
  }
}
