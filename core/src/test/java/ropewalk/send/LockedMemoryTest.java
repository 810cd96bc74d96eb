package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.Ropewalk;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.ChildVm;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.far.DroppingLink;
import ropewalk.testkit.far.FarEnd;

/// What may be lent counts as locked memory (RLIMIT_MEMLOCK); beyond that the kernel says ENOBUFS.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LockedMemoryTest {
  private static final int SENDS = 10;
  private static final int LENGTH = 32 << 10;

  /// Room for the pages of three sends, not of ten.
  private static final int MEMLOCK = 128 << 10;

  /// In a process of its own, since the limit does not bind who may lock any memory, as root may.
  @Test
  void beyondTheLimitItIsCopied() throws Exception {
    OnHost.program("prlimit");
    OnHost.program("setpriv");
    try (DroppingLink link = DroppingLink.orSkip();
        FarEnd far = FarEnd.on(link)) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "prlimit",
                  "--memlock=" + MEMLOCK,
                  "setpriv",
                  "--bounding-set=-ipc_lock",
                  "--inh-caps=-ipc_lock"));
      String address = "tcp://" + link.far() + ":" + far.address().getPort();
      command.addAll(
          ChildVm.command(
              LockedSender.class,
              List.of(Ropewalk.class, HostSyscalls.class, Pattern.class),
              address,
              String.valueOf(SENDS),
              String.valueOf(LENGTH)));
      Process sender = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
      OutputStream told = sender.getOutputStream();
      try (BufferedReader said = sender.inputReader(StandardCharsets.UTF_8)) {
        assertThat(said.readLine()).isEqualTo("connected");
        int connection = far.accept();
        link.drop();
        far.acknowledge(connection, 0); // opens the window
        told.write('\n');
        told.flush();
        String[] sums = said.readLine().split(" ", -1);
        long total = (long) SENDS * LENGTH;
        assertThat(Long.parseLong(sums[0])).as("accepted").isEqualTo(total);
        assertThat(Long.parseLong(sums[1])).as("lent").isBetween(1L, (long) MEMLOCK);
        far.acknowledge(connection, total);
        assertThat(said.readLine()).as("held at the end").isEqualTo("0");
        told.close(); // its sign to end
        assertThat(sender.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(sender.exitValue()).isZero();
      } finally {
        Process _ = sender.destroyForcibly().onExit().join();
      }
    }
  }
}
