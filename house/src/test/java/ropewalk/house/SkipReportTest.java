package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `.ci/run` believes `.ci/skips.awk`; here it is told of skips, failures and silence.
class SkipReportTest {
  private static final String REPORT =
      """
      <testsuite xmlns:xsi="x" name="p.C" time="0.1" tests="3" errors="0" skipped="%d" failures="%d">
        <testcase name="runs" classname="p.C" time="0"/>
        <testcase name="needs&lt;T&gt;()" classname="p.C" time="0">
          %s
        </testcase>
      </testsuite>
      """;
  private static final String SKIPPED = "<skipped message=\"no &quot;cc&quot; here\"/>";

  @TempDir private Path folder;

  private record Answer(int status, String said) {}

  @Test
  void aSkipIsPrintedWithItsCauseAndFails() throws Exception {
    Answer answer = tell(REPORT.formatted(1, 0, SKIPPED), "# nothing is allowed\n");
    assertThat(answer.said)
        .contains("skipped p.C#needs<T>(): no \"cc\" here (NOT ALLOWED")
        .endsWith("2 passed, 0 failed, 1 skipped\n");
    assertThat(answer.status).isOne();
  }

  @Test
  void aSkipByAnAssumptionIsPrintedWithItsCauseToo() throws Exception {
    String aborted =
        """
        <skipped type="T"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: no disk
        \tat p.C.needs(C.java:1)
        ]]></skipped>\
        """;
    assertThat(tell(REPORT.formatted(1, 0, aborted), "").said)
        .contains("skipped p.C#needs<T>(): no disk (NOT ALLOWED");
  }

  @Test
  void anAllowedSkipIsPrintedWithBothReasons() throws Exception {
    Answer answer =
        tell(REPORT.formatted(1, 0, SKIPPED), "p\\.C#needs.*  clean machines lack it\n");
    assertThat(answer.said).contains("no \"cc\" here (allowed: clean machines lack it)");
    assertThat(answer.status).isZero();
  }

  @Test
  void aFailureFails() throws Exception {
    Answer answer = tell(REPORT.formatted(0, 1, "<failure/>"), "");
    assertThat(answer).isEqualTo(new Answer(1, "2 passed, 1 failed, 0 skipped\n"));
  }

  @Test
  void silenceFails() throws Exception {
    Answer answer = tell("", "");
    assertThat(answer).isEqualTo(new Answer(1, "no test ran\n0 passed, 0 failed, 0 skipped\n"));
  }

  private Answer tell(String reports, String allowed) throws IOException, InterruptedException {
    Path list = Files.writeString(folder.resolve("allowed"), allowed);
    String script = House.ROOT.resolve(".ci/skips.awk").toString();
    Process awk =
        new ProcessBuilder("awk", "-v", "allowed=" + list, "-f", script)
            .redirectErrorStream(true)
            .start();
    try (OutputStream input = awk.getOutputStream()) {
      input.write(reports.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(awk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(awk.waitFor(), said);
  }
}
