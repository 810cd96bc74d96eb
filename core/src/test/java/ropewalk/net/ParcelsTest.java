package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// What packing takes, what it leaves, and what is no parcel. That parcels travel is in
/// [DescriptorsTest].
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParcelsTest {
  @TempDir Path folder;

  private static Ropewalk open(Engine.Choice choice) throws Exception {
    return Ropewalk.builder()
        .engine(choice)
        .cacheBytes(0)
        .plan(PoolPlan.of(4 << 20, 4 << 20))
        .open();
  }

  /// A pipe parcel takes what a pipe holds and leaves the rest, byte for byte.
  @Test
  void packingMayBeShort() throws Exception {
    Gen.check(
        20,
        gen -> {
          try (Ropewalk walk = open(Engine.Choice.EPOLL);
              Pipe pipe = Pipe.open(64)) {
            int total = 0;
            int slots = gen.in(1, 40);
            for (int i = 0; i < slots; i++) {
              int length = (int) gen.edgy(1, 60_000);
              boolean isLent = gen.bool();
              PageRef own = walk.pool().take(64 << 10, isLent ? FolioClass.GIFT : FolioClass.RING);
              Pattern.fill(own.target().asSlice(0, length), total);
              own.publish(length);
              if (isLent) {
                pipe.push(own.lend(0, length));
                own.close();
              } else {
                pipe.push(own);
              }
              total += length;
            }
            Tally tally = new Tally();
            long limit = gen.edgy(1, total + 10L);
            try (PipeParcel parcel =
                PipeParcel.pack(walk.engine(), walk.pool(), pipe, limit, tally)) {
              assertThat(parcel.packed())
                  .isPositive()
                  .isLessThanOrEqualTo(limit)
                  .isEqualTo(tally.given() + tally.copiedKernel())
                  .isEqualTo(total - pipe.bytes());
              Checking checking = new Checking(0);
              walk.move(parcel, checking);
              assertThat(checking.position).isEqualTo(parcel.packed());
              pipe.closeSource();
              walk.move(walk.source(pipe), checking);
              assertThat(checking.position).isEqualTo(total);
            }
          }
        });
  }

  @Test
  void nothingIsNoParcel() throws Exception {
    try (Ropewalk walk = open(Engine.Choice.EPOLL);
        Pipe pipe = Pipe.open(4)) {
      assertThatThrownBy(() -> PipeParcel.pack(walk.engine(), walk.pool(), pipe, 10, new Tally()))
          .isInstanceOf(IOException.class);
      Fd directory =
          new Fd(
              HostSyscalls.host(),
              HostSyscalls.host().openat2(-100, folder.toString(), 0, 0, 0),
              "directory");
      assertThatThrownBy(() -> Parcel.of(walk.engine(), walk.pool(), directory))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no parcel");
      assertThat(directory.isOpen()).isFalse();
    }
  }
}
