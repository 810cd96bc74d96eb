package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.Ropewalk;
import ropewalk.iov.BvecIter;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

class SendMessageTest {
  @TempDir Path directory;

  /// Several pages in one send; the iterator stands exactly where the kernel stopped.
  @Test
  void theIteratorMovesByWhatWasSent() throws Exception {
    try (Ropewalk walk =
            Ropewalk.builder().cacheBytes(0).plan(PoolPlan.of(4 << 20, 2 << 20)).open();
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        PageRef head = walk.pool().take(4096, FolioClass.RING);
        PageRef body = walk.pool().take(64 << 10, FolioClass.RING)) {
      Pattern.fill(head.target(), 0);
      head.publish(100);
      Pattern.fill(body.target(), 100);
      body.publish(64 << 10);
      BvecIter iter = IovIter.source(List.of(head, body));
      long total = iter.count();
      for (long sent = 0; sent < total; ) {
        long step = sender.sendMessage(iter, SendFlags.NONE);
        assertThat(step).isPositive();
        sent += step;
        assertThat(iter.count()).isEqualTo(total - sent);
      }
      assertThat(sender.sendMessage(iter, SendFlags.NONE)).isZero();
      ByteBuffer all = ByteBuffer.allocate((int) total);
      var channel = receiver.channel(new Tally());
      while (all.hasRemaining()) {
        assertThat(channel.read(all)).isPositive();
      }
      Pattern.verify(all.array(), 0);
    }
  }
}
