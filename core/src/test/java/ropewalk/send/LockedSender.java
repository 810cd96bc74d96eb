package ropewalk.send;

import java.util.List;
import java.util.concurrent.TimeUnit;
import ropewalk.Ropewalk;
import ropewalk.engine.Engine;
import ropewalk.iov.IovIter;
import ropewalk.net.SendFlags;
import ropewalk.net.Socket;
import ropewalk.net.ZeroCopy;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// A sender in a process that may lock little memory: `LockedSender ADDRESS SENDS LENGTH` sends,
/// all lent that can be, says how much was accepted and how much of it lent, and once all pages are
/// back how much is held. Ends with its input.
public final class LockedSender {
  private LockedSender() {}

  /// Sends, and waits for its input to end.
  public static void main(String[] args) throws Exception {
    int sends = Integer.parseInt(args[1]);
    int length = Integer.parseInt(args[2]);
    try (Ropewalk walk =
            Ropewalk.builder()
                .engine(Engine.Choice.EPOLL)
                .cacheBytes(0)
                .plan(PoolPlan.of(4 << 20, 2 << 20))
                .open();
        Socket socket = walk.connect(args[0]);
        PageRef page = walk.pool().take(length, FolioClass.RING)) {
      socket.zeroCopy(ZeroCopy.ALWAYS);
      Pattern.fill(page.target().asSlice(0, length), 0);
      page.publish(length);
      System.out.println("connected");
      int _ = System.in.read();
      for (int i = 0; i < sends; i++) {
        IovIter iter = IovIter.source(List.of(page));
        if (socket.sendMessage(iter, SendFlags.NONE) != length) {
          throw new IllegalStateException("a short send: " + i);
        }
      }
      System.out.println(socket.accepted() + " " + socket.lent());
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (socket.held() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(1);
      }
      System.out.println(socket.held());
      while (System.in.read() >= 0) {}
    }
  }
}
