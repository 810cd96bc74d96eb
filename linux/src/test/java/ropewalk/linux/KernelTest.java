package ropewalk.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The probe answers every question it names, by trying, and leaves nothing behind (the audit
/// counts).
class KernelTest extends DescriptorAudit {
  private static final Syscalls HOST = HostSyscalls.host();

  /// The host, but for the calls named, which answer -errno.
  private static Syscalls denying(int errno, String... calls) {
    Set<String> denied = Set.of(calls);
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (denied.contains(method.getName())) {
            return method.getReturnType() == int.class ? (Object) (-errno) : (Object) (long) -errno;
          }
          try {
            return method.invoke(HOST, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(), new Class<?>[] {Syscalls.class}, handler);
  }

  @Test
  void everyNameIsAnswered() throws IllegalAccessException {
    Kernel kernel = Kernel.probe(HOST);
    Set<String> missing = new TreeSet<>();
    for (java.lang.reflect.Field field : Kernel.class.getDeclaredFields()) {
      if (field.getType() == String.class) {
        String name = (String) field.get(null);
        if (kernel.fact(name).detail().equals("not asked")) {
          missing.add(name);
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(kernel.facts()).extracting(Fact::name).doesNotHaveDuplicates();
  }

  @Test
  void theFrameIsTheMachines() throws Exception {
    Kernel kernel = Kernel.probe(HOST);
    String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    assertThat(kernel.fact(Kernel.RELEASE).value()).isEqualTo(release);
    assertThat(kernel.number(Kernel.PAGE_SIZE, -1)).isEqualTo(Abi.pageSize());
    assertThat(kernel.number(Kernel.PIPE_MAX_SIZE, -1)).isGreaterThanOrEqualTo(Abi.pageSize());
    assertThat(kernel.number(Kernel.MEMLOCK, -1)).isNotNegative();
    assertThat(kernel.number(Kernel.RELEASE, -1)).isEqualTo(-1);
    assertThat(kernel.has(Kernel.SPLICE)).isTrue();
    assertThat(kernel.has(Kernel.OPENAT2)).isTrue();
    assertThat(kernel.fact(Kernel.SPLICE_SHARES).value()).isIn("yes", "no");
    assertThat(kernel.fact(Kernel.GIVEN_PIPE).value()).isIn("yes", "no");
    assertThat(kernel.fact(Kernel.GIVEN_TCP).value()).isIn("yes", "no");
  }

  @Test
  void aDeniedRingSaysWhyAndHowToGetIt() {
    Kernel noSuchCall = Kernel.probe(denying(Errno.ENOSYS, "ioUringSetup"));
    assertThat(noSuchCall.fact(Kernel.IO_URING).isNo()).isTrue();
    assertThat(noSuchCall.fact(Kernel.IO_URING).detail()).startsWith("ENOSYS");
    assertThat(noSuchCall.fact(Kernel.IO_URING).remedy()).isNotEmpty();
    assertThat(noSuchCall.fact(Kernel.SEND_ZC).isNo()).isTrue();
    assertThat(noSuchCall.opcodes()).isEmpty();
    Kernel denied = Kernel.probe(denying(Errno.EPERM, "ioUringSetup"));
    assertThat(denied.fact(Kernel.IO_URING).detail()).startsWith("EPERM");
    Kernel halfway = Kernel.probe(denying(Errno.EINVAL, "ioUringRegister"));
    assertThat(halfway.fact(Kernel.IO_URING).detail()).contains("EINVAL");
  }

  @Test
  void whatCannotBeAskedIsUnknown_andNothingLeaks() {
    String[] calls = {
      "pipe2",
      "socketpair",
      "socket",
      "mmap",
      "memfdCreate",
      "openat2",
      "splice",
      "vmsplice",
      "madvise",
      "accept4",
      "statx",
      "fcntl",
      "poll",
      "uname",
      "getrlimit",
      "connect",
      "tee"
    };
    for (String call : calls) {
      Kernel kernel = Kernel.probe(denying(Errno.EMFILE, call));
      assertThat(kernel.facts()).as(call).isNotEmpty();
      boolean noted = kernel.facts().stream().anyMatch(fact -> fact.toString().contains("EMFILE"));
      boolean unknown = kernel.facts().stream().anyMatch(fact -> fact.value().equals("unknown"));
      assertThat(noted || unknown).as(call + "\n" + kernel).isTrue();
    }
  }

  @Test
  void theCollectorsBugIsNamed() {
    assertThat(MachineProbe.jdk(Runtime.Version.parse("25")).detail()).contains("JDK-8377811");
    assertThat(MachineProbe.jdk(Runtime.Version.parse("25.0.2+7")).remedy()).contains("25.0.3");
    assertThat(MachineProbe.jdk(Runtime.Version.parse("25.0.3+9")).remedy()).isEmpty();
    assertThat(MachineProbe.jdk(Runtime.Version.parse("26")).remedy()).isEmpty();
  }
}
