package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ropewalk.net.RelayRoom.read;
import static ropewalk.net.RelayRoom.readSome;
import static ropewalk.net.RelayRoom.send;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.Ropewalk;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.KernelPipes;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Many relays on one thread: nobody waits for another's peer, and all of them end when the thread
/// does.
@Timeout(120)
class RelaysTest {
  private Ropewalk walk;
  private Listener listener;
  private ServerSocketChannel target;
  private Relays relays;
  private final List<Party> parties = new ArrayList<>();

  /// One relay and its peers.
  private record Party(
      SocketChannel peer, SocketChannel other, Relay relay, FutureTask<Relayed> over) {}

  @BeforeEach
  void open() throws IOException {
    walk = Ropewalk.builder().cacheBytes(0).plan(PoolPlan.of(1 << 20, 1 << 20)).open();
    listener = walk.listen("tcp://127.0.0.1:0");
    target =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    relays = relays(1);
  }

  private static Relays relays(int threads) {
    return new Relays(
        HostSyscalls.host(), new KernelPipes(HostSyscalls.host(), KernelPipes.SIZE, 4), threads);
  }

  @AfterEach
  void close() throws IOException {
    for (Party party : parties) {
      party.peer.close();
      party.other.close();
    }
    relays.close();
    target.close();
    listener.close();
    walk.close();
  }

  private Party join(long idleNanos) throws IOException {
    int port = ((Address.Tcp) listener.address()).port();
    SocketChannel peer =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    Socket near = listener.accept();
    Socket far =
        walk.connect("tcp://127.0.0.1:" + ((InetSocketAddress) target.getLocalAddress()).getPort());
    Relay relay = new Relay(near, far, relays, idleNanos);
    FutureTask<Relayed> over = RelayRoom.start(relay::run);
    Party party = new Party(peer, target.accept(), relay, over);
    parties.add(party);
    return party;
  }

  @Test
  void aSinkThatNobodyReadsHoldsNobodyElse() throws Exception {
    Party stuck = join(0);
    FutureTask<Void> flooding =
        RelayRoom.start(
            () -> {
              send(stuck.peer, 0, 64 << 20);
              return null;
            });
    while (stuck.relay.forth() == 0) {
      Thread.sleep(1);
    }
    for (int i = 0; i < 5; i++) {
      Party lively = join(0);
      for (int turn = 0; turn < 20; turn++) {
        send(lively.peer, turn, 1000);
        assertThat(read(lively.other, 1000)).isEqualTo(Pattern.bytes(turn, 1000));
      }
    }
    stuck.relay.cut();
    assertThat(stuck.over.get().why()).isEqualTo(Relayed.Why.CUT);
    assertThatThrownBy(flooding::get).hasCauseInstanceOf(IOException.class);
  }

  @Test
  void aSourceThatNeverPausesLeavesTheOthersTheirTurn() throws Exception {
    Party endless = join(0);
    FutureTask<Void> flooding =
        RelayRoom.start(
            () -> {
              while (true) {
                send(endless.peer, 0, 1 << 20);
              }
            });
    FutureTask<byte[]> swallowing = RelayRoom.start(() -> swallow(endless.other));
    Party polite = join(0);
    for (int turn = 0; turn < 50; turn++) {
      send(polite.other, turn, 10);
      assertThat(read(polite.peer, 10)).isEqualTo(Pattern.bytes(turn, 10));
    }
    assertThat(endless.over.isDone()).isFalse();
    endless.relay.cut();
    assertThat(endless.over.get().why()).isEqualTo(Relayed.Why.CUT);
    assertThatThrownBy(flooding::get).hasCauseInstanceOf(IOException.class);
    swallowing.get();
  }

  private static byte[] swallow(SocketChannel from) {
    java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(1 << 20);
    try {
      while (from.read(buffer.clear()) >= 0) {
        // Only to make room.
      }
    } catch (IOException e) {
      // It was cut.
    }
    return new byte[0];
  }

  @Test
  void relaysComeAndGoInAnyOrder() {
    Gen.check(5, gen -> comeAndGo(gen));
  }

  private void comeAndGo(Gen gen) throws Exception {
    List<Party> open = new ArrayList<>();
    for (int step = 0; step < 60; step++) {
      if (open.isEmpty() || gen.in(0, 3) == 0) {
        open.add(join(0));
        continue;
      }
      Party party = open.get(gen.in(0, open.size() - 1));
      int size = gen.in(1, 100_000);
      switch (gen.in(0, 3)) {
        case 0 -> pass(party.peer, party.other, size);
        case 1 -> pass(party.other, party.peer, size);
        case 2 -> {
          open.remove(party);
          party.peer.shutdownOutput();
          party.other.shutdownOutput();
          assertThat(party.over.get().why()).isEqualTo(Relayed.Why.ENDED);
        }
        default -> {
          open.remove(party);
          SocketChannel failing = gen.bool() ? party.peer : party.other;
          failing.setOption(StandardSocketOptions.SO_LINGER, 0);
          failing.close();
          assertThat(party.over.get().isWhole()).isFalse();
        }
      }
    }
    for (Party party : open) {
      party.relay.cut();
      assertThat(party.over.get().why()).isEqualTo(Relayed.Why.CUT);
    }
    for (Party party : parties) {
      party.peer.close();
      party.other.close();
    }
    parties.clear();
  }

  private static void pass(SocketChannel from, SocketChannel to, int size) throws Exception {
    FutureTask<byte[]> reading = RelayRoom.start(() -> read(to, size));
    send(from, 3, size);
    Pattern.verify(reading.get(), 3);
  }

  @Test
  void theIdleOneEndsAndTheOtherStays() throws Exception {
    Party busy = join(0);
    Party idle = join(50_000_000);
    assertThat(idle.over.get().why()).isEqualTo(Relayed.Why.IDLE);
    pass(busy.peer, busy.other, 100);
    assertThat(readSome(idle.other)).isEmpty();
  }

  @Test
  void whenTheThreadsEndSoDoTheRelays() throws Exception {
    relays.close();
    relays = relays(2);
    for (int i = 0; i < 5; i++) {
      pass(join(0).peer, parties.get(i).other, 100);
    }
    relays.close();
    for (Party party : parties) {
      assertThat(party.over.get().why()).isEqualTo(Relayed.Why.CUT);
      assertThat(party.over.get().forth()).isEqualTo(100);
    }
    Party late = join(0);
    assertThat(late.over.get().why()).isEqualTo(Relayed.Why.CUT);
    assertThat(late.over.get().cause()).hasMessageContaining("closed");
  }

  @Test
  void whoDoesNotWaitIsTold() throws Exception {
    Party first = join(0);
    CompletionStage<Integer> told =
        new Relay(
                walk.connect("tcp://127.0.0.1:" + ((Address.Tcp) listener.address()).port()),
                listener.accept(),
                relays,
                1_000_000)
            .start()
            .thenApply(relayed -> relayed.why() == Relayed.Why.IDLE ? 1 : 0);
    assertThat(told.toCompletableFuture().get()).isEqualTo(1);
    pass(first.peer, first.other, 10);
  }
}
