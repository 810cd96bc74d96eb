package ropewalk.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What this kernel, this container and this virtual machine can do, found out by trying and never
/// deduced from a version number.
///
/// ```
///   Kernel.probe(syscalls) --> MachineProbe   release, page size, limits, container, JDK
///                              RingProbe      io_uring and its requests, or why not
///                              PipeProbe      splice and its kin; whether splice shares pages
///                              GivenProbe     whether bytes in flight outlive their backing
///                              FileProbe      openat2, seals, leases, alignments
///                              SocketProbe    zero-copy sends, TLS, AF_ALG, vsock
/// ```
///
/// The probe opens what it needs (a few descriptors, four pages, one file without a name) and
/// closes all of it. A question that fails in an unexpected way answers `unknown` and says what
/// came back.
///
/// @param facts the answers, in the order asked
/// @param opcodes the io_uring requests of this kernel by their numbers `IORING_OP_*`, for
///   `uring.Opcode` upstairs; empty where there is no io_uring
public record Kernel(List<Fact> facts, Set<Integer> opcodes) {
  /// The kernel's release.
  public static final String RELEASE = "kernel";

  /// Bytes per page.
  public static final String PAGE_SIZE = "page-size";

  /// Whether a ring can be opened.
  public static final String IO_URING = "io_uring";

  /// Whether the ring sends without copying (SEND_ZC).
  public static final String SEND_ZC = "send_zc";

  /// Whether splice moves from a file to a pipe.
  public static final String SPLICE = "splice";

  /// Whether the pages that splice puts into a pipe are the file's own: a later write shows.
  public static final String SPLICE_SHARES = "splice-shares-pages";

  /// Whether tee works.
  public static final String TEE = "tee";

  /// Whether vmsplice works.
  public static final String VMSPLICE = "vmsplice";

  /// Whether sendfile works from a file to a socket.
  public static final String SENDFILE = "sendfile";

  /// Whether copy_file_range works between two files.
  public static final String COPY_FILE_RANGE = "copy_file_range";

  /// Whether bytes in a pipe stay when the page's backing is dropped.
  public static final String GIVEN_PIPE = "given-pipe";

  /// The same for bytes in a unix socket.
  public static final String GIVEN_UNIX = "given-unix";

  /// The same for bytes in a TCP connection.
  public static final String GIVEN_TCP = "given-tcp";

  /// Bytes this process may lock.
  public static final String MEMLOCK = "memlock";

  /// Bytes the largest pipe of an ordinary user may hold.
  public static final String PIPE_MAX_SIZE = "pipe-max-size";

  /// Whether memory that asks for it is made of folios of 64 KiB.
  public static final String FOLIOS_64K = "folios-64k";

  /// Whether openat2 with its resolve rules works.
  public static final String OPENAT2 = "openat2";

  /// Whether memfds can be sealed.
  public static final String SEALS = "memfd-seals";

  /// Whether read leases are granted.
  public static final String LEASES = "leases";

  /// Whether statx tells the alignment of direct I/O.
  public static final String DIOALIGN = "statx-dioalign";

  /// Whether MSG_ZEROCOPY can be asked for.
  public static final String MSG_ZEROCOPY = "msg_zerocopy";

  /// Whether TCP can carry TLS inside the kernel.
  public static final String TLS = "tls-ulp";

  /// Whether the kernel's ciphers can be reached.
  public static final String AF_ALG = "af_alg";

  /// Whether there are sockets between virtual machines.
  public static final String AF_VSOCK = "af_vsock";

  /// Whether /dev/fuse can be opened.
  public static final String FUSE = "fuse";

  /// Bytes of memory this container may use.
  public static final String MEMORY_LIMIT = "memory-limit";

  /// This virtual machine.
  public static final String JDK = "jdk";

  /// A copy that nobody changes.
  public Kernel {
    facts = List.copyOf(facts);
    opcodes = Set.copyOf(opcodes);
  }

  /// Asks everything, through `syscalls`.
  public static Kernel probe(Syscalls syscalls) {
    List<Fact> facts = new ArrayList<>();
    MachineProbe.ask(syscalls, facts);
    Set<Integer> opcodes = RingProbe.ask(syscalls, facts);
    attempt(facts, SPLICE, () -> PipeProbe.ask(syscalls, facts));
    attempt(facts, VMSPLICE, () -> GivenProbe.ask(syscalls, facts));
    attempt(facts, OPENAT2, () -> FileProbe.ask(syscalls, facts));
    attempt(facts, MSG_ZEROCOPY, () -> SocketProbe.ask(syscalls, facts));
    return new Kernel(facts, opcodes);
  }

  /// A group of questions; what it can't ask for want of a descriptor is unknown.
  @FunctionalInterface
  interface Questions {
    void ask() throws IOException;
  }

  private static void attempt(List<Fact> facts, String first, Questions questions) {
    try {
      questions.ask();
    } catch (IOException e) {
      facts.add(Fact.unknown(first, String.valueOf(e.getMessage())));
    }
  }

  /// The answer to `name`; `unknown` when it was not asked.
  public Fact fact(String name) {
    for (Fact fact : facts) {
      if (fact.name().equals(name)) {
        return fact;
      }
    }
    return Fact.unknown(name, "not asked");
  }

  /// Whether the answer to `name` is a plain yes.
  public boolean has(String name) {
    return fact(name).isYes();
  }

  /// The answer to `name` as a number, or `otherwise` when it is none.
  public long number(String name, long otherwise) {
    try {
      return Long.parseLong(fact(name).value());
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /// One line per fact.
  @Override
  public String toString() {
    StringBuilder lines = new StringBuilder();
    for (Fact fact : facts) {
      lines.append(fact).append('\n');
    }
    return lines.toString();
  }
}
