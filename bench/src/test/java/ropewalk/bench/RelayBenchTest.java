package ropewalk.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.bench.RelayBench.Passed;

/// Who takes part in the comparison of relays, what is started, and what is written.
class RelayBenchTest {
  @TempDir Path folder;

  @Test
  void namesAreUniqueAndWhoIsMissingIsNamed() {
    List<RelaySubject> all = RelaySubject.all();
    assertThat(all.stream().map(RelaySubject::name).collect(Collectors.toSet())).hasSameSizeAs(all);
    RelaySubject missing = new RelaySubject("x", Subject.Family.C, "no-such-program", "");
    assertThat(missing.whyNot()).contains("no no-such-program on this machine", "bench/setup");
    assertThat(new RelaySubject("x", Subject.Family.C, "sh", "").whyNot()).isNull();
    assertThat(all.getFirst().whyNot()).isNull();
  }

  @Test
  void everyoneIsToldWhereToListenAndWhereToGo() throws IOException {
    for (RelaySubject subject : RelaySubject.all()) {
      String tcp = words(subject, "tcp", "7001", "7002");
      assertThat(tcp).contains("127.0.0.1", "7001", "7002");
      String unix = words(subject, "unix", "/tmp/here", "/tmp/there");
      assertThat(unix).contains("/tmp/here", "/tmp/there");
    }
    String haproxy = words(haproxy(), "unix", "/tmp/here", "/tmp/there");
    assertThat(haproxy).contains("option splice-response", "tune.sndbuf.server 1048576");
  }

  private static RelaySubject haproxy() {
    return new RelaySubject("haproxy-test", Subject.Family.C, "haproxy", "65536");
  }

  /// The command, and the configuration that goes with it.
  private String words(RelaySubject subject, String kind, String listen, String target)
      throws IOException {
    String command = String.join(" ", subject.command(kind, listen, target, folder));
    Path configuration = folder.resolve(subject.name() + "-" + kind + ".cfg");
    return Files.exists(configuration) ? command + Files.readString(configuration) : command;
  }

  @Test
  void ratiosAreOfTheSameRound() throws IOException {
    RelaySubject ours = RelaySubject.all().getFirst();
    Passed cheap = new Passed(1 << 20, 1_000_000, 500_000);
    Passed dear = new Passed(1 << 20, 1_000_000, 1_000_000);
    new RelayReport(
            Map.of("command", "a test"),
            Map.of("tcp", Map.of(ours, List.of(cheap, dear), haproxy(), List.of(dear, dear))))
        .write(folder);
    assertThat(Files.readString(folder.resolve("relay.md")))
        .contains("| haproxy-test | 1.05 | 1.05 | 1.50 [1.00, 2.00] |");
    assertThat(Files.readString(folder.resolve("relay.json"))).contains("cpuNanos");
  }
}
