package ropewalk.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.linux.uring.Opcode;

/// Our constants and layouts are those of this machine's kernel headers, as a C program prints
/// them.
class AbiTest extends DescriptorAudit {
  /// Ours alone: no header has them, or (O_LARGEFILE) the C library's says 0 on 64-bit machines.
  private static final Set<String> OWN =
      Set.of("Errno.ERRNO_END", "Limits.IOV_MAX", "Splices.MOVE_MAX", "Open.O_LARGEFILE");

  /// Classes that hold nothing but the kernel's words.
  private static final Set<String> CLASSES =
      Set.of(
          "Errno",
          "Open",
          "FileFlags",
          "Fcntl",
          "Splices",
          "Maps",
          "Poll",
          "Sockets",
          "TcpRepair",
          "TcpInfo",
          "SockErr",
          "RareAddr",
          "Limits",
          "Clocks",
          "Seccomp");

  @TempDir Path dir;

  private static int run(List<String> command, Path output) throws IOException {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(output.toFile())
          .start()
          .waitFor();
    } catch (InterruptedException e) {
      throw new IOException("interrupted while waiting for " + command, e);
    }
  }

  private Map<String, Long> ask() throws IOException {
    Path log = dir.resolve("cc.log");
    Path source = Path.of("src/test/c/abi.c").toAbsolutePath();
    boolean hasCompiler = Files.isExecutable(Path.of("/usr/bin/cc"));
    assumeTrue(hasCompiler, "no C compiler at /usr/bin/cc: apt install gcc libc6-dev");
    String program = dir.resolve("abi").toString();
    int failed = run(List.of("/usr/bin/cc", "-o", program, source.toString()), log);
    assertThat(failed).as(() -> read(log)).isZero();
    Path output = dir.resolve("abi.txt");
    assertThat(run(List.of(program), output)).isZero();
    Map<String, Long> values = new LinkedHashMap<>();
    for (String line : Files.readAllLines(output)) {
      int space = line.indexOf(' ');
      values.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
    }
    return values;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static long ours(String name) throws ReflectiveOperationException {
    int dot = name.lastIndexOf('.');
    if (name.startsWith("uring.Opcode.")) {
      return Opcode.valueOf(name.substring(dot + 1)).number();
    }
    Class<?> owner = Class.forName("ropewalk.linux." + name.substring(0, dot));
    Field field = owner.getDeclaredField(name.substring(dot + 1));
    field.setAccessible(true);
    return field.getType() == long.class ? field.getLong(null) : field.getInt(null);
  }

  @Test
  void everyNumberIsTheHeaders() throws IOException, ReflectiveOperationException {
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, Long> row : ask().entrySet()) {
      long theirs = row.getValue();
      long ours = ours(row.getKey());
      // Flags of 32 bits come as signed or unsigned, as each header has it.
      if (ours != theirs && (int) ours != (int) theirs) {
        wrong.add(row.getKey() + ": ours " + ours + ", the header's " + theirs);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /// A constant that nobody compares could be anything.
  @Test
  void everyConstantIsCompared() throws IOException, ReflectiveOperationException {
    Set<String> compared = new HashSet<>(ask().keySet());
    String source = Files.readString(Path.of("src/test/c/abi.c"));
    Set<String> missing = new TreeSet<>();
    for (String name : CLASSES) {
      for (Field field : Class.forName("ropewalk.linux." + name).getDeclaredFields()) {
        String constant = name + "." + field.getName();
        boolean isPublic = java.lang.reflect.Modifier.isPublic(field.getModifiers());
        boolean isGuarded = source.contains("#ifdef " + field.getName() + "\n");
        if (isPublic && !compared.contains(constant) && !OWN.contains(constant) && !isGuarded) {
          missing.add(constant);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void pageSizeIsAskedAndAPowerOfTwo() {
    assertThat(Abi.pageSize()).isGreaterThanOrEqualTo(4096);
    assertThat(Integer.bitCount(Abi.pageSize())).isEqualTo(1);
    assertThat(HostSyscalls.host().sysconf(Limits._SC_PAGESIZE)).isEqualTo(Abi.pageSize());
    assertThat(HostSyscalls.host().sysconf(-5)).isEqualTo(-Errno.EINVAL);
  }
}
