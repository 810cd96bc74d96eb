package ropewalk.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.Msghdr;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.linux.Splices;
import ropewalk.linux.Syscalls;

/// A hostile double has to prove itself hostile, and only as hostile as a kernel may be.
class FaultySyscallsTest {
  private static final HostSyscalls HOST = HostSyscalls.host();
  private static final int BIG = 64 * 1024;

  private final Scratch memory = new Scratch(2 * BIG);
  private final TempFiles files = new TempFiles();
  private final List<Integer> open = new ArrayList<>();

  @AfterEach
  void putAway() {
    open.forEach(HOST::close);
    files.close();
    memory.close();
  }

  @Test
  void shortCountsMoveTheirPartAndNoMore() {
    FaultySyscalls faulty = FaultySyscalls.over(HOST, 7).often(Fault.SHORT, 1.0);
    Syscalls calls = faulty.calls();
    int file = file();
    Pattern.fill(memory.segment().asSlice(0, BIG), 0);
    long written = 0;
    Set<Long> counts = new TreeSet<>();
    while (written < BIG) {
      long count = calls.pwrite(file, memory.address() + written, BIG - written, written);
      assertThat(count).isPositive();
      counts.add(count);
      written += count;
    }
    assertThat(counts).as("sizes of the parts").hasSizeGreaterThan(3);
    assertThat(faulty.done(Fault.SHORT)).isGreaterThan(3);
    assertThat(HOST.pread(file, memory.address() + BIG, BIG, 0)).isEqualTo(BIG);
    Pattern.verify(memory.segment().asSlice(BIG, BIG), 0);
  }

  @Test
  void vectorsAndMessagesAreCutInTheirFirstRun() {
    FaultySyscalls faulty = FaultySyscalls.over(HOST, 7).often(Fault.SHORT, 1.0);
    long iov = memory.address();
    long message = iov + 64;
    Iovec.set(iov, 0, memory.address() + 4096, 1000);
    Iovec.set(iov, 1, memory.address() + 8192, 1000);
    assertThat(faulty.calls().pwritev2(file(), iov, 2, 0, 0)).isBetween(1L, 1000L);
    long pair = streams(0);
    Msghdr.set(message, iov, 2);
    assertThat(faulty.calls().sendmsg(Syscalls.first(pair), message, 0)).isBetween(1L, 1000L);
    assertThat(Iovec.length(iov, 0)).as("the caller's own vector").isEqualTo(1000);
  }

  @Test
  void theNthCallFailsAndNoOther() {
    FaultySyscalls faulty = FaultySyscalls.over(HOST, 0).fail(Fault.ENOSPC, "pwrite", 3);
    int file = file();
    List<Long> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      assertThat(faulty.calls().pread(file, memory.address(), 1, 0)).isBetween(0L, 1L);
      answers.add(faulty.calls().pwrite(file, memory.address(), 8, 0));
    }
    assertThat(answers).containsExactly(8L, 8L, (long) -Errno.ENOSPC, 8L, 8L);
    assertThat(faulty.count("pwrite")).isEqualTo(5);
    assertThat(faulty.log()).filteredOn(it -> it.contains("ENOSPC (ENOSPC done)")).hasSize(1);
  }

  @Test
  void aFailedWriteWritesNothing() {
    int file = file();
    FaultySyscalls faulty = FaultySyscalls.over(HOST, 0).fail(Fault.EIO, "pwrite", 1);
    assertThat(faulty.calls().pwrite(file, memory.address(), 8, 0)).isEqualTo(-Errno.EIO);
    assertThat(HOST.lseek(file, 0, 2)).isZero();
  }

  @Test
  void nothingIsAskedToWaitThatWouldNotWait() {
    FaultySyscalls faulty = FaultySyscalls.over(HOST, 0).often(Fault.EAGAIN, 1.0);
    Syscalls calls = faulty.calls();
    long blocking = streams(0);
    long declining = streams(Sockets.SOCK_NONBLOCK);
    assertThat(calls.write(Syscalls.first(blocking), memory.address(), 8)).isEqualTo(8);
    assertThat(calls.pwrite(file(), memory.address(), 8, 0)).isEqualTo(8);
    assertThat(calls.write(Syscalls.first(declining), memory.address(), 8))
        .isEqualTo(-Errno.EAGAIN);
    assertThat(calls.recv(Syscalls.second(blocking), memory.address(), 8, Sockets.MSG_DONTWAIT))
        .isEqualTo(-Errno.EAGAIN);
    long pipe = pipe(0);
    assertThat(
            calls.splice(
                Syscalls.second(blocking),
                -1,
                Syscalls.second(pipe),
                -1,
                8,
                Splices.SPLICE_F_NONBLOCK))
        .isEqualTo(-Errno.EAGAIN);
  }

  @Test
  void wholeThingsAreNeverCut() {
    Syscalls calls = FaultySyscalls.over(HOST, 0).often(Fault.SHORT, 1.0).calls();
    int counter = opened(HOST.eventfd(5, Poll.EFD_NONBLOCK));
    assertThat(calls.read(counter, memory.address(), 8)).isEqualTo(8);
    long pipe = pipe(0);
    assertThat(calls.write(Syscalls.second(pipe), memory.address(), 4096)).isEqualTo(4096);
    assertThat(calls.write(Syscalls.second(pipe), memory.address(), 8192)).isLessThan(8192);
    long letters = pair(Sockets.SOCK_DGRAM);
    assertThat(calls.send(Syscalls.first(letters), memory.address(), 900, 0)).isEqualTo(900);
  }

  @Test
  void aResetConnectionIsReallyGone() {
    long pair = streams(0);
    Syscalls calls = FaultySyscalls.over(HOST, 0).fail(Fault.ECONNRESET, "recv", 1).calls();
    assertThat(calls.recv(Syscalls.first(pair), memory.address(), 8, 0))
        .isEqualTo(-Errno.ECONNRESET);
    assertThat(HOST.recv(Syscalls.second(pair), memory.address(), 8, 0)).isZero();
    assertThat(HOST.send(Syscalls.second(pair), memory.address(), 8, Sockets.MSG_NOSIGNAL))
        .isEqualTo(-Errno.EPIPE);
  }

  @Test
  void aSweepReachesEveryLegalCallOnce() throws Exception {
    List<String> hit = new ArrayList<>();
    int runs =
        FaultySyscalls.sweep(
            HOST,
            Fault.EMFILE,
            faulty -> {
              long pair = faulty.calls().pipe2(Open.O_CLOEXEC);
              int counter = faulty.calls().eventfd(0, 0);
              hit.add((pair < 0) + " " + (counter < 0));
              if (pair >= 0) {
                HOST.close(Syscalls.first(pair));
                HOST.close(Syscalls.second(pair));
              }
              if (counter >= 0) {
                HOST.close(counter);
              }
            });
    assertThat(runs).isEqualTo(2);
    assertThat(hit).containsExactly("true false", "false true", "false false");
  }

  @Test
  void aSweepTellsWhichCallBrokeTheRun() {
    assertThatThrownBy(
            () ->
                FaultySyscalls.sweep(
                    HOST, Fault.EIO, faulty -> assertThat(faulty.calls().fsync(file())).isZero()))
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed()[0])
                    .hasMessageContaining("EIO for legal call 1")
                    .hasMessageContaining("fsync(fd="));
  }

  @Test
  void theSeedDecides() {
    assertThat(run(42)).isEqualTo(run(42)).contains(true).contains(false);
    assertThat(run(42)).isNotEqualTo(run(43));
  }

  private List<Boolean> run(long seed) {
    FaultySyscalls faulty = FaultySyscalls.over(HOST, seed).often(Fault.EINTR, 0.5);
    int file = file();
    List<Boolean> struck = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      struck.add(faulty.calls().pwrite(file, memory.address(), 1, 0) == -Errno.EINTR);
    }
    return struck;
  }

  private int file() {
    int fd =
        HOST.openat2(
            Open.AT_FDCWD,
            files.path("f" + open.size()).toString(),
            Open.O_RDWR | Open.O_CREAT | Open.O_CLOEXEC,
            0600,
            0);
    return opened(fd);
  }

  private long streams(int flags) {
    return pair(Sockets.SOCK_STREAM | flags);
  }

  private long pair(int type) {
    return both(HOST.socketpair(Sockets.AF_UNIX, type, 0));
  }

  private long pipe(int flags) {
    return both(HOST.pipe2(flags));
  }

  private long both(long pair) {
    opened(Syscalls.first(pair));
    opened(Syscalls.second(pair));
    return pair;
  }

  private int opened(int fd) {
    assertThat(fd).isNotNegative();
    open.add(fd);
    return fd;
  }
}
