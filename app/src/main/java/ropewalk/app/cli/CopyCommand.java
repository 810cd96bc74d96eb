package ropewalk.app.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import ropewalk.Ropewalk;
import ropewalk.crypto.Digest;
import ropewalk.splice.Ask;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.Verdict;

/// `./ropewalk copy SRC DST`: moves it all and tells what that cost.
@Command(
    name = "copy",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    abbreviateSynopsis = true,
    description = "Moves bytes from one end to another and tells what was copied on the way.",
    footer = {
      "",
      "An end is a path, - (standard input or output), tcp://HOST:PORT (or a list,",
      "tcp://A:1,B:2: the first that answers), udp://HOST:PORT, unix:PATH, zero: or",
      "null:; tcp-listen://HOST:PORT, udp-listen://..., unix-listen:PATH; unix-dgram:",
      "and unix-seqpacket: as unix:.",
      "",
      "Example:",
      "  ./ropewalk copy tcp-listen://0.0.0.0:9000 image.iso --hash sha256",
      "  ./ropewalk copy image.iso tcp://10.0.0.7:9000 --hash sha256"
    })
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls us
final class CopyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "SRC", description = "Where the bytes are.")
  private String from;

  @Parameters(index = "1", paramLabel = "DST", description = "Where they are wanted.")
  private String to;

  @Option(
      names = "--hash",
      paramLabel = "ALGO",
      description = "Checksum: md5, sha1, sha256, sha512; repeatable.")
  private List<String> algorithms = new ArrayList<>();

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description = "Exactly so many; may end in K, M, G, T.")
  private @Nullable Long size;

  @Option(
      names = "--offset",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description = "Begin there in each file; a target in place.")
  private @Nullable Long offset;

  @Option(
      names = "--route",
      paramLabel = "NAME",
      description = "Only this way; 'explain' shows which there are.")
  private @Nullable String route;

  @Option(names = "--relaxed", description = "Later writes to SRC may change bytes under way.")
  private boolean isRelaxed;

  @Option(names = "--direct", description = "Past the kernel's page cache in files (O_DIRECT).")
  private boolean isDirect;

  @Option(
      names = "--timeout",
      paramLabel = "SEC",
      description = "How long a host may take; 0 for ever (default).")
  private @Nullable Integer timeout;

  @Option(
      names = "--idle-timeout",
      paramLabel = "SEC",
      description = "Fail if a socket stands still so long; 0 never.")
  private @Nullable Integer idleTimeout;

  @Option(
      names = "--keepalive",
      paramLabel = "SEC",
      description = "Probe a TCP peer silent so long; 0 never (60).")
  private @Nullable Integer keepAlive;

  @Option(
      names = "--datagram",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description = "The most bytes of one datagram (default: 1452).")
  private @Nullable Long datagram;

  @Option(names = "--quiet", description = "No progress, no report.")
  private boolean isQuiet;

  @Option(names = "--json", description = "Report as one JSON object on standard output.")
  private boolean isJson;

  @Override
  public Integer call() throws Exception {
    Patience patience = patience();
    List<Digest> digests = digests();
    try (Ropewalk walk = open();
        CopyEnds ends = new CopyEnds(walk, offset, isDirect, patience)) {
      ends.open(from, to, digests);
      long started = System.nanoTime();
      Moved moved = move(walk, ends);
      double seconds = (System.nanoTime() - started) / 1e9;
      tell(new Report(moved, seconds, finish(digests)));
      return Main.DONE;
    } finally {
      digests.forEach(Digest::close);
    }
  }

  private static Ropewalk open() throws Failure {
    try {
      return Ropewalk.open();
    } catch (IOException e) {
      throw Failure.of("can't start", e);
    }
  }

  private Patience patience() {
    try {
      return Patience.of(timeout, idleTimeout, keepAlive, datagram);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private List<Digest> digests() {
    List<Digest> digests = new ArrayList<>();
    try {
      for (String algorithm : algorithms) {
        digests.add(Digest.open(algorithm));
      }
      return digests;
    } catch (IllegalArgumentException e) {
      digests.forEach(Digest::close);
      throw new ParameterException(spec.commandLine(), "--hash: " + e.getMessage(), e);
    }
  }

  private Moved move(Ropewalk walk, CopyEnds ends) throws Failure {
    long total = size == null ? ends.source().remaining() : size;
    MoveOptions options = MoveOptions.DEFAULT.withLimit(size == null ? Long.MAX_VALUE : size);
    checkRoute(walk);
    options = route == null ? options : options.withRoute(route);
    options = isRelaxed ? options.relaxed() : options;
    int columns = isQuiet || isJson ? 0 : Terminal.columns();
    try {
      Moved moved;
      if (columns == 0) {
        moved = walk.move(ends.source(), ends.sink(), options);
      } else {
        try (Meter meter = new Meter(columns, total)) {
          moved = walk.move(ends.source(), ends.sink(), options.withProgress(meter::moved));
        }
      }
      if (size != null && moved.accepted() < size) {
        throw new Failure(
            "%s ended after %d of the %d bytes that were asked for"
                .formatted(from, moved.accepted(), size));
      }
      ends.commit();
      return moved;
    } catch (IOException e) {
      throw Failure.of("%s to %s".formatted(from, to), e);
    }
  }

  private void checkRoute(Ropewalk walk) {
    List<String> names =
        walk.explain(new Ask(null, null), true).stream().map(Verdict::route).toList();
    if (route != null && !names.contains(route)) {
      throw new ParameterException(
          spec.commandLine(), "--route: '%s' is none of %s".formatted(route, names));
    }
  }

  private static Map<String, String> finish(List<Digest> digests) throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (Digest digest : digests) {
      hashes.put(digest.name(), digest.finishHex());
    }
    return hashes;
  }

  /// Results go to standard output unless the copy itself went there.
  private void tell(Report report) throws IOException {
    PrintStream results = to.equals("-") ? System.err : System.out;
    if (isJson) {
      results.println(report.json());
      return;
    }
    results.print(report.checksums(from));
    results.flush();
    if (!isQuiet) {
      System.err.println(report.sentence());
    }
  }
}
