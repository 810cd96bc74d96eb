package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// pipe2, splice, tee, vmsplice and the memory calls, on real pipes and memfds.
class PipeCallsTest extends DescriptorAudit {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int PAGE = Abi.pageSize();

  private int out;
  private int in;
  private Mapping file;
  private Mapping memory;

  @BeforeEach
  void open() throws LinuxException {
    long pair = HOST.pipe2(Open.O_CLOEXEC | Open.O_NONBLOCK);
    assertThat(pair).isPositive();
    out = Syscalls.first(pair);
    in = Syscalls.second(pair);
    file = Mapping.memfd(HOST, "pipe-test", 4L * PAGE, Maps.MFD_ALLOW_SEALING);
    memory = Mapping.anonymous(HOST, 4L * PAGE, 0);
  }

  @AfterEach
  void close() {
    assertThat(HOST.close(out)).isZero();
    assertThat(HOST.close(in)).isZero();
    file.close();
    memory.close();
  }

  private int fileNumber() {
    return file.fd().orElseThrow().number();
  }

  private byte at(long offset) {
    return memory.segment().get(JAVA_BYTE, offset);
  }

  @Test
  void theReadEndIsFirst() {
    assertThat(HOST.write(in, memory.address(), 5)).isEqualTo(5);
    assertThat(HOST.write(out, memory.address(), 5)).isEqualTo(-Errno.EBADF);
    assertThat(HOST.read(out, memory.address(), 10)).isEqualTo(5);
    assertThat(HOST.read(out, memory.address(), 10)).isEqualTo(-Errno.EAGAIN);
    assertThat(HOST.fcntl(in, Fcntl.F_SETPIPE_SZ, 8L * PAGE)).isEqualTo(8 * PAGE);
    assertThat(HOST.fcntl(in, Fcntl.F_GETPIPE_SZ, 0)).isEqualTo(8 * PAGE);
  }

  @Test
  void spliceUsesExplicitOffsetsAndPositions() {
    file.segment().asSlice(PAGE, PAGE).fill((byte) 'x');
    int number = fileNumber();
    assertThat(HOST.splice(number, PAGE - 10, in, -1, 20, 0)).isEqualTo(20);
    assertThat(HOST.lseek(number, 0, FileFlags.SEEK_CUR)).as("position stays").isZero();
    assertThat(HOST.read(out, memory.address(), 100)).isEqualTo(20);
    assertThat(at(9)).isZero();
    assertThat(at(10)).isEqualTo((byte) 'x');
    assertThat(HOST.lseek(number, PAGE, FileFlags.SEEK_SET)).isEqualTo(PAGE);
    assertThat(HOST.splice(number, -1, in, -1, 7, 0)).isEqualTo(7);
    assertThat(HOST.lseek(number, 0, FileFlags.SEEK_CUR)).as("position moves").isEqualTo(PAGE + 7);
    assertThat(HOST.splice(out, -1, number, 3L * PAGE, 7, 0)).isEqualTo(7);
    assertThat(file.segment().get(JAVA_BYTE, 3L * PAGE + 6)).isEqualTo((byte) 'x');
    assertThat(HOST.splice(number, 0, number, 0, 1, 0)).isEqualTo(-Errno.EINVAL);
    assertThat(HOST.splice(out, 0, number, 0, 1, 0)).isEqualTo(-Errno.ESPIPE);
    assertThat(HOST.splice(out, -1, number, 0, 1, 0)).isEqualTo(-Errno.EAGAIN);
  }

  @Test
  void teeLeavesTheBytesWhereTheyAre() {
    long pair = HOST.pipe2(Open.O_NONBLOCK);
    memory.segment().asSlice(0, 9).fill((byte) 't');
    assertThat(HOST.write(in, memory.address(), 9)).isEqualTo(9);
    assertThat(HOST.tee(out, Syscalls.second(pair), 4, 0)).isEqualTo(4);
    assertThat(HOST.read(Syscalls.first(pair), memory.address(), 100)).isEqualTo(4);
    assertThat(HOST.read(out, memory.address(), 100)).isEqualTo(9);
    HOST.close(Syscalls.first(pair));
    HOST.close(Syscalls.second(pair));
  }

  @Test
  void vmspliceLendsPages_andDroppingThemKeepsWhatIsInFlight() throws LinuxException {
    memory.segment().asSlice(0, PAGE).fill((byte) 'o');
    try (Scratch iov = new Scratch(Iovec.SIZE)) {
      Iovec.set(iov.address(), 0, memory.address(), PAGE);
      assertThat(HOST.vmsplice(in, iov.address(), 1, Splices.SPLICE_F_GIFT)).isEqualTo(PAGE);
      memory.drop(0, PAGE);
      assertThat(at(0)).as("the fresh page").isZero();
      memory.segment().asSlice(0, PAGE).fill((byte) 'n');
      assertThat(HOST.read(out, memory.address() + PAGE, PAGE)).isEqualTo(PAGE);
      assertThat(at(PAGE)).isEqualTo((byte) 'o');
      assertThat(at(2L * PAGE - 1)).isEqualTo((byte) 'o');
    }
  }

  @Test
  void sealsHoldAndMappingsRefuse() throws LinuxException {
    int number = fileNumber();
    assertThat(HOST.fcntl(number, Fcntl.F_ADD_SEALS, Fcntl.F_SEAL_SHRINK)).isZero();
    assertThat(HOST.fcntl(number, Fcntl.F_GET_SEALS, 0)).isEqualTo(Fcntl.F_SEAL_SHRINK);
    assertThat(HOST.ftruncate(number, 0)).isEqualTo(-Errno.EPERM);
    assertThat(HOST.memfdCreate("a\0b", 0)).isEqualTo(-Errno.EINVAL);
    assertThat(HOST.mmap(0, 0, Maps.PROT_READ, Maps.MAP_PRIVATE, number, 0))
        .isEqualTo(-Errno.EINVAL);
    assertThat(HOST.munmap(1, PAGE)).isEqualTo(-Errno.EINVAL);
    try (Mapping again = Mapping.file(HOST, number, PAGE, PAGE, Maps.PROT_READ, Maps.MAP_SHARED)) {
      file.segment().set(JAVA_BYTE, PAGE, (byte) 's');
      assertThat(again.segment().get(JAVA_BYTE, 0)).isEqualTo((byte) 's');
      assertThat(again.fd()).isEmpty();
    }
  }
}
