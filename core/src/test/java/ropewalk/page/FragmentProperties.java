package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Gen;

/// Whatever is done to fragments of one folio, what they carry is what a plain list says.
final class FragmentProperties {

  @Test
  @DisplayName("R-28: provenance and permission survive every operation on fragments")
  void r28_provenanceAndPermissionSurviveEveryOperation() throws IOException {
    int[] joins = new int[1];
    try (FolioPool pool =
        FolioPool.open(HostSyscalls.host(), PoolPlan.of(0, 2 << 20).withLeaks(Leaks.OFF))) {
      Gen.check(
          600,
          gen -> {
            FragmentLedger ledger = new FragmentLedger(gen, pool);
            for (int i = gen.in(1, 100); i > 0 && !ledger.isEmpty(); i--) {
              ledger.step();
              ledger.check();
            }
            ledger.close();
            joins[0] += ledger.joins();
            assertThat(pool.complaints()).isEmpty();
          });
    }
    assertThat(joins[0]).as("joins that were made").isGreaterThan(100);
  }
}
