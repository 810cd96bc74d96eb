package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import ropewalk.engine.Engine;
import ropewalk.file.PlainFile;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.PoolPlan;
import ropewalk.splice.Source;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.fake.FakeKernel;

/// The whole house on a kernel in memory that is short, interrupted and busy by seed: a file goes
/// through a socket into another file, the power goes, and what was committed is there, whole.
class FakeWorldProperties {
  private static final int SIZE_MAX = 400_000;

  @Test
  void whatWasCommittedIsThereAfterACrash() {
    Gen.check(12, FakeWorldProperties::journey);
  }

  private static void journey(Gen gen) throws Exception {
    FakeKernel kernel = new FakeKernel(gen.seed()).directory("/d");
    int size = (int) gen.edgy(1, SIZE_MAX);
    FaultySyscalls faulty = FaultySyscalls.over(kernel.calls(), gen.seed());
    try (Scratch memory = new Scratch(SIZE_MAX)) {
      write(kernel.calls(), memory, size);
      try (Ropewalk walk = open(faulty);
          Listener listener = walk.listen("unix:/d/socket")) {
        assertThat(walk.engine().name()).isEqualTo("epoll");
        FutureTask<Long> receiver = new FutureTask<>(() -> receive(walk, listener));
        faulty.often(Fault.SHORT, 0.3).often(Fault.EINTR, 0.1).often(Fault.EAGAIN, 0.1);
        Thread.ofVirtual().start(receiver);
        try (Source file = gen.bool() ? file(walk) : walk.file(Path.of("/d/source"));
            Socket peer = walk.connect("unix:/d/socket")) {
          assertThat(walk.move(file, peer).accepted()).isEqualTo(size);
        }
        assertThat(receiver.get()).isEqualTo(size);
        faulty.calm();
      }
      assertThat(kernel.descriptors()).as("the writer's own, of the source").isOne();
      kernel.crash();
      int target = openAt(kernel.calls(), "/d/target", Open.O_RDONLY);
      assertThat(kernel.calls().pread(target, memory.address(), SIZE_MAX, 0)).isEqualTo(size);
      Pattern.verify(memory.segment().asSlice(0, size), 0);
    }
  }

  private static Ropewalk open(FaultySyscalls faulty) throws Exception {
    return Ropewalk.builder()
        .syscalls(faulty.calls())
        .engine(Engine.Choice.AUTO)
        .cacheBytes(1 << 20)
        .plan(PoolPlan.of(4 << 20, 4 << 20))
        .open();
  }

  private static PlainFile file(Ropewalk walk) throws Exception {
    return walk.plainFile(Path.of("/d/source"));
  }

  private static long receive(Ropewalk walk, Listener listener) throws Exception {
    try (Socket peer = listener.accept();
        PlainFile target = PlainFile.create(walk.engine(), walk.pool(), Path.of("/d/target"))) {
      long moved = walk.move(peer, target).accepted();
      target.commit(true);
      return moved;
    }
  }

  private static void write(Syscalls calls, Scratch memory, int size) {
    Pattern.fill(memory.segment(), 0);
    int source = openAt(calls, "/d/source", Open.O_RDWR | Open.O_CREAT);
    assertThat(calls.pwrite(source, memory.address(), size, 0)).isEqualTo(size);
    assertThat(calls.fsync(source)).isZero();
  }

  private static int openAt(Syscalls calls, String path, int flags) {
    int fd = calls.openat2(Open.AT_FDCWD, path, flags, 0600, 0);
    assertThat(fd).isNotNegative();
    return fd;
  }
}
