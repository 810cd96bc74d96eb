package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static ropewalk.net.RelayRoom.readSome;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// A fault at every call of a relay, on both engines: what was taken is accepted or lost, what
/// arrives is the beginning of what was sent, all of it where both sides ended, and nothing leaks
/// (the audit after each test counts pages and descriptors). Invariants 8 and 10; R-15.
@Timeout(240)
class RelayFaultsTest {
  private static final int FORTH = 300_001;
  private static final int BACK = 200_003;
  private static final long START_BACK = Pattern.version(1);

  @TempDir Path folder;

  /// What a kernel does to a call without anything being wrong.
  private static boolean isHarmless(Fault fault) {
    return fault == Fault.SHORT || fault == Fault.EINTR || fault == Fault.EAGAIN;
  }

  @ParameterizedTest
  @EnumSource(names = {"SHORT", "EINTR", "EAGAIN", "EMFILE", "ECONNRESET"})
  @DisplayName("R-15: a fault at every call of a relay")
  void aFaultAtEveryCall(Fault fault) throws Exception {
    for (String scheme : new String[] {"tcp", "unix"}) {
      for (Engine.Choice choice :
          new Engine.Choice[] {Engine.Choice.EPOLL, Engine.Choice.IO_URING}) {
        int runs =
            FaultySyscalls.sweep(
                HostSyscalls.host(),
                fault,
                faulty -> {
                  Relayed relayed = relay(faulty, scheme, choice);
                  if (isHarmless(fault)) {
                    assertThat(Objects.requireNonNull(relayed).why()).isEqualTo(Relayed.Why.ENDED);
                  }
                });
        assertThat(runs).as("runs with a fault in them").isGreaterThan(3);
      }
    }
  }

  @Test
  @DisplayName("R-15: short counts, signals and full sinks at every turn of a relay")
  void manyHarmlessFaults() {
    Gen.check(
        30,
        gen -> {
          FaultySyscalls faulty =
              FaultySyscalls.over(HostSyscalls.host(), gen.in(1, Integer.MAX_VALUE))
                  .often(Fault.SHORT, gen.in(0, 60) / 100.0)
                  .often(Fault.EINTR, gen.in(0, 30) / 100.0)
                  .often(Fault.EAGAIN, gen.in(0, 30) / 100.0);
          Relayed relayed =
              relay(faulty, gen.bool() ? "tcp" : "unix", gen.pick(Engine.Choice.values()));
          assertThat(Objects.requireNonNull(relayed).why()).isEqualTo(Relayed.Why.ENDED);
        });
  }

  /// @return null if the connections could not be made
  private @Nullable Relayed relay(FaultySyscalls faulty, String scheme, Engine.Choice choice)
      throws Exception {
    RelayRoom opened;
    try {
      opened = new RelayRoom(folder, scheme, choice, faulty.calls(), 0);
    } catch (IOException e) {
      return null;
    }
    try (RelayRoom room = opened) {
      FutureTask<Relayed> relaying = room.start();
      FutureTask<byte[]> there = RelayRoom.start(() -> readSome(room.other));
      FutureTask<byte[]> here = RelayRoom.start(() -> readSome(room.peer));
      FutureTask<Void> back = RelayRoom.start(() -> send(room.other, START_BACK, BACK));
      send(room.peer, 0, FORTH);
      back.get();
      Relayed relayed = relaying.get();
      assertThat(relayed.forth() + relayed.lostForth()).isLessThanOrEqualTo(FORTH);
      assertThat(relayed.back() + relayed.lostBack()).isLessThanOrEqualTo(BACK);
      assertThat(there.get().length).isLessThanOrEqualTo((int) relayed.forth());
      assertThat(here.get().length).isLessThanOrEqualTo((int) relayed.back());
      Pattern.verify(there.get(), 0);
      Pattern.verify(here.get(), START_BACK);
      if (relayed.isWhole()) {
        assertThat(relayed).isEqualTo(new Relayed(FORTH, BACK, 0, 0, Relayed.Why.ENDED, null));
        assertThat(there.get()).hasSize(FORTH);
        assertThat(here.get()).hasSize(BACK);
      }
      return relayed;
    }
  }

  private static Void send(SocketChannel to, long from, int size) {
    try {
      RelayRoom.send(to, from, size);
      to.shutdownOutput();
    } catch (IOException e) {
      // Refused: the relay has ended.
    }
    return null;
  }
}
