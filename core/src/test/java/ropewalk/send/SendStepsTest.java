package ropewalk.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;

/// Every call of every kind of send fails once, with each errno that fits: what was reported is
/// where the iterator stands and what arrives, every pin and charge comes back, and no descriptor
/// stays behind. [SendRoom] sends and compares.
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SendStepsTest {
  /// What this or another kernel, or a container, answers to the calls of a send.
  private static final Map<String, List<Integer>> REFUSALS =
      Map.ofEntries(
          Map.entry(
              "sendmsg",
              List.of(
                  Errno.EAGAIN, Errno.EINTR, Errno.ENOBUFS, Errno.ENOMEM, Errno.EPIPE, Errno.EIO)),
          Map.entry(
              "send", List.of(Errno.EAGAIN, Errno.EINTR, Errno.ENOBUFS, Errno.EPIPE, Errno.EIO)),
          Map.entry(
              "vmsplice",
              List.of(Errno.EINTR, Errno.EAGAIN, Errno.EPERM, Errno.EINVAL, Errno.ENOMEM)),
          Map.entry(
              "splice",
              List.of(Errno.EINTR, Errno.EAGAIN, Errno.EINVAL, Errno.EPIPE, Errno.ENOMEM)),
          Map.entry("pipe2", List.of(Errno.EMFILE, Errno.ENFILE)),
          Map.entry("fcntl", List.of(Errno.EPERM, Errno.EBUSY)),
          Map.entry("setsockopt", List.of(Errno.ENOPROTOOPT, Errno.EPERM)),
          Map.entry("getsockopt", List.of(Errno.ENOPROTOOPT)),
          Map.entry("getpeername", List.of(Errno.ENOTCONN)),
          Map.entry("recvmsg", List.of(Errno.EINTR, Errno.ENOMEM, Errno.EIO)),
          Map.entry("shutdown", List.of(Errno.ENOTCONN)),
          Map.entry("epollCtl", List.of(Errno.ENOMEM, Errno.ENOSPC)),
          Map.entry("epollWait", List.of(Errno.EINTR)),
          Map.entry("ioUringEnter", List.of(Errno.EINTR, Errno.EBUSY, Errno.EAGAIN)));

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "EPOLL, TCP",
    "EPOLL, UNIX",
    "EPOLL, UDP",
    "EPOLL, UNIX_DATAGRAM",
    "EPOLL, SEQPACKET",
    "IO_URING, TCP",
    "IO_URING, UNIX",
    "IO_URING, UDP",
    "IO_URING, UNIX_DATAGRAM",
    "IO_URING, SEQPACKET"
  })
  @DisplayName("R-45: whichever call of a send fails, pins are conserved and the count is true")
  void whicheverCallFails(Engine.Choice choice, SendRoom.Kind kind) throws Exception {
    FaultySyscalls faulty = FaultySyscalls.over(HostSyscalls.host(), 1);
    int runs = 0;
    try (SendRoom room = new SendRoom(faulty, choice, kind, folder)) {
      for (SendRoom.Way way : SendRoom.Way.values()) {
        for (Map.Entry<String, List<Integer>> refusal : REFUSALS.entrySet()) {
          for (int errno : refusal.getValue()) {
            runs += sweep(room, faulty, way, refusal.getKey(), errno);
          }
        }
        for (Fault fault : List.of(Fault.SHORT, Fault.ECONNRESET)) {
          runs += sweep(room, faulty, way, fault);
        }
      }
    }
    System.out.println(choice + " " + kind + ": " + runs + " runs with a fault in them");
    assertThat(runs).isGreaterThan(30);
  }

  private static int sweep(
      SendRoom room, FaultySyscalls faulty, SendRoom.Way way, String call, int errno)
      throws Exception {
    for (int nth = 1; ; nth++) {
      int before = faulty.refused();
      int at = nth;
      room.send(
          way,
          call + " " + nth + ": " + Errno.name(errno),
          () -> {
            FaultySyscalls _ = faulty.refuse(call, at, errno);
          },
          false);
      if (faulty.refused() == before) {
        return nth - 1;
      }
    }
  }

  private static int sweep(SendRoom room, FaultySyscalls faulty, SendRoom.Way way, Fault fault)
      throws IOException {
    for (int nth = 1; ; nth++) {
      int before = faulty.done(fault);
      int at = nth;
      room.send(
          way,
          fault + " " + nth,
          () -> {
            FaultySyscalls _ = faulty.fail(fault, "", at);
          },
          fault == Fault.ECONNRESET);
      if (faulty.done(fault) == before) {
        return nth - 1;
      }
    }
  }
}
