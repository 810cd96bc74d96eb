package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.engine.Engine;
import ropewalk.linux.Cmsg;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockErr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// The queue itself over a link that drops, with a kernel whose words are bent on their way: as if
/// it had sent four thousand million times before, and as if it was done with a page at once.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FarQueueTest {
  private static final int PAGE = FarRoom.PAGE;
  private static final long LIMIT = 4 << 20;

  /// Reads the real notifications and adds `shift` to the kernel's numbers.
  private static final class Shifted implements Notices {
    private static final int CONTROL = 512;

    private final Syscalls syscalls;
    private final int shift;
    private final Scratch memory = new Scratch(Msghdr.SIZE + CONTROL);

    Shifted(Syscalls syscalls, int shift) {
      this.syscalls = syscalls;
      this.shift = shift;
    }

    @Override
    public int take(int number, SendQueue queue) {
      long message = memory.address();
      int taken = 0;
      while (true) {
        Msghdr.set(message, 0, 0, 0, 0, message + Msghdr.SIZE, CONTROL);
        if (syscalls.recvmsg(number, message, Sockets.MSG_ERRQUEUE | Sockets.MSG_DONTWAIT) < 0) {
          return taken;
        }
        taken++;
        for (long at = Cmsg.first(message); at != 0; at = Cmsg.next(message, at)) {
          long error = Cmsg.error(at);
          if (error != 0 && SockErr.isZeroCopy(error)) {
            queue.completed(
                SockErr.info(error) + shift, SockErr.data(error) + shift, SockErr.isCopied(error));
          }
        }
      }
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  /// Says of every send, as soon as it is asked, that the kernel is done with it.
  private static final class Hasty implements Notices {
    private int said;

    @Override
    public int take(int number, SendQueue queue) {
      if (!queue.isOut()) {
        return 0;
      }
      queue.completed(said, said, false);
      said++;
      return 1;
    }

    @Override
    public void close() {}
  }

  private static void send(SendQueue queue, Fd fd, PageRef page) throws IOException {
    try (Scratch words = new Scratch(Msghdr.SIZE + SendEntry.PIECES * (long) Iovec.SIZE)) {
      SendEntry entry = Objects.requireNonNull(queue.begin());
      assertThat(entry.run(page, 0, page.length())).isTrue();
      long iov = words.address() + Msghdr.SIZE;
      Msghdr.set(words.address(), iov, entry.gather(iov));
      int flags = Sockets.MSG_ZEROCOPY | Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;
      long sent = fd.syscalls().sendmsg(fd.number(), words.address(), flags);
      if (sent <= 0) {
        entry.refused();
        throw LinuxException.of(sent, "sendmsg", "fd", fd);
      }
      entry.accepted(sent);
      assertThat(sent).isEqualTo(page.length());
    }
  }

  /// Allows zero-copy sends as the queue's own opening does.
  private static void allow(Fd fd) throws IOException {
    Objects.requireNonNull(ErrorQueue.open(fd.syscalls(), fd)).close();
  }

  @Test
  void numbersGoRound() throws Exception {
    int sends = 11;
    try (FarRoom room = new FarRoom(Engine.Choice.AUTO)) {
      Fd fd = room.socket.fd();
      allow(fd);
      int first = -5; // five sends before 2^32
      SendQueue queue =
          new SendQueue(
              room.walk.engine(),
              room.walk.pool(),
              fd,
              LIMIT,
              new Shifted(fd.syscalls(), first),
              first);
      List<PageRef> pages = new ArrayList<>();
      try {
        for (int i = 0; i < sends; i++) {
          pages.add(room.page((long) i * PAGE, PAGE));
          send(queue, fd, pages.get(i));
        }
        assertThat(queue.held()).isEqualTo((long) sends * PAGE);
        for (int done : new int[] {2, 5, 6, sends}) {
          room.acknowledge((long) done * PAGE);
          long left = (long) (sends - done) * PAGE;
          FarRoom.await(done + " back", () -> queue.collect() >= 0 && queue.held() == left);
          for (int i = 0; i < sends; i++) {
            assertThat(pages.get(i).folio().isPinned()).as("send %d", i).isEqualTo(i >= done);
          }
        }
        assertThat(queue.isOut()).isFalse();
        assertThat(queue.strays()).isZero();
      } finally {
        pages.forEach(PageRef::close);
        Queues.part(queue, false).begin();
      }
    }
  }

  /// The harness's eyes: a queue that lets go of a page when it was accepted is found out.
  @Test
  void aDoubleThatReleasesAtAcceptanceIsSeen() throws Exception {
    try (FarRoom room = new FarRoom(Engine.Choice.AUTO);
        PageRef page = room.page(0, PAGE)) {
      Fd fd = room.socket.fd();
      allow(fd);
      SendQueue queue =
          new SendQueue(room.walk.engine(), room.walk.pool(), fd, LIMIT, new Hasty(), 0);
      send(queue, fd, page);
      FarRoom.await("the page", () -> queue.collect() >= 0 && queue.held() == 0);
      assertThat(page.tryClaim()).as("nobody objects").isTrue();
      Pattern.fill(page.target(), Pattern.version(1));
      page.publish(PAGE);
      room.link.heal();
      byte[] arrived = room.far.read(room.connection, PAGE);
      assertThat(arrived).isNotEqualTo(Pattern.bytes(0, PAGE));
      Pattern.verify(arrived, Pattern.version(1));
      Queues.part(queue, false).begin();
    }
  }
}
