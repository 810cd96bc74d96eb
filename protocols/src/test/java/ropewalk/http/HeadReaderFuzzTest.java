package ropewalk.http;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Any bytes as a head, chosen by coverage. The build runs its corpus (`HeadReaderFuzzTestInputs/`)
/// as plain regression cases; to search for a minute:
///
/// ```
/// JAZZER_FUZZ=1 ./mvnw -pl protocols -am test-compile surefire:test@fuzz \
///     -Dtest=HeadReaderFuzzTest -Dsurefire.failIfNoSpecifiedTests=false
/// ```
class HeadReaderFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreAHeadOrARefusal(byte[] bytes) throws Exception {
    HeadJudge.judge(bytes);
  }
}
