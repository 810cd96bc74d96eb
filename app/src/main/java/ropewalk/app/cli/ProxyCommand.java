package ropewalk.app.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import ropewalk.Ropewalk;
import ropewalk.app.server.Proxy;
import ropewalk.app.server.ProxyOptions;
import ropewalk.app.server.ProxyTotals;

/// `./ropewalk proxy LISTEN TARGET`: two ends in, a running proxy out, until a signal.
@Command(
    name = "proxy",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Relays connections to a target, both ways, without a byte in user space.",
    footer = {
      "",
      "LISTEN is tcp://HOST:PORT or unix:PATH (tcp-listen: and unix-listen: say the same),",
      "TARGET is unix:PATH, tcp://HOST:PORT, or a list of these, tcp://HOST:PORT,HOST:PORT:",
      "each connection is relayed to the first that answers.",
      "",
      "Example:",
      "  ./ropewalk proxy tcp://0.0.0.0:8443 unix:/run/app.sock",
      "",
      "One line per connection goes to standard output; Ctrl-C stops."
    })
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls us
final class ProxyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "LISTEN", description = "Where connections come in.")
  private String listen;

  @Parameters(index = "1", paramLabel = "TARGET", description = "Where they are relayed to.")
  private String target;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "So many at a time; further ones wait (default: 400).")
  private @Nullable Integer connections;

  @Option(
      names = "--connect",
      paramLabel = "SECONDS",
      description = "How long the target may take to accept, 0 for ever (default: 10).")
  private @Nullable Integer connect;

  @Option(
      names = "--idle",
      paramLabel = "SECONDS",
      description = "How long no byte may go either way, 0 for ever (default: 600).")
  private @Nullable Integer idle;

  @Option(
      names = "--drain",
      paramLabel = "SECONDS",
      description = "How long a stop waits for open connections (default: 8).")
  private @Nullable Integer drain;

  @Override
  public Integer call() throws Exception {
    ProxyOptions options = options();
    try (Ropewalk walk = open();
        Proxy proxy = start(walk, options);
        // A signal lets connections end; the process ends when this is done.
        OnSignal _ = OnSignal.run(() -> stop(proxy))) {
      System.err.printf(
          "ropewalk proxy: %s to %s, by %s%n",
          proxy.address(), options.target(), walk.engine().name());
      proxy.await();
    }
    return Main.DONE;
  }

  private ProxyOptions options() throws Failure {
    String from =
        switch (EndName.parse(listen)) {
          case EndName.Visitor(var address) -> address;
          case EndName.Peer(var address) when address.indexOf(',') < 0 -> address;
          default -> throw new Failure(notAnAddress(listen));
        };
    if (!(EndName.parse(target) instanceof EndName.Peer(var to))) {
      throw new Failure(notAnAddress(target));
    }
    try {
      ProxyOptions options = ProxyOptions.of(from, to).withLog(System.out::println);
      if (connections != null) {
        options = options.withConnectionsMax(connections);
      }
      if (connect != null) {
        options = options.withConnectTimeout(Duration.ofSeconds(connect));
      }
      if (idle != null) {
        options = options.withIdleTimeout(Duration.ofSeconds(idle));
      }
      return drain == null ? options : options.withStopTimeout(Duration.ofSeconds(drain));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static String notAnAddress(String text) {
    return "'%s' can't be relayed: expected tcp://HOST:PORT or unix:PATH".formatted(text);
  }

  private static Ropewalk open() throws Failure {
    try {
      return Ropewalk.builder().cacheBytes(0).open();
    } catch (IOException e) {
      throw Failure.of("can't start", e);
    }
  }

  private Proxy start(Ropewalk walk, ProxyOptions options) throws Failure {
    try {
      return Proxy.start(walk, options);
    } catch (IOException e) {
      throw Failure.of("can't listen on " + listen, e);
    }
  }

  private static void stop(Proxy proxy) {
    proxy.close();
    ProxyTotals totals = proxy.totals();
    System.err.printf(
        "ropewalk proxy: %d connections, %d of them broken off; %s forth, %s back%n",
        totals.ended() + totals.broken(),
        totals.broken(),
        ByteSize.say((double) totals.forth()),
        ByteSize.say((double) totals.back()));
  }
}
