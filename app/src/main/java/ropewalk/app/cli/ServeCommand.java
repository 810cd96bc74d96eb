package ropewalk.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import ropewalk.Ropewalk;
import ropewalk.app.server.ServeOptions;
import ropewalk.app.server.Server;

/// `./ropewalk serve DIR`: options in, a running server out, until a signal.
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Serves a folder over HTTP/1.1; nothing outside of it can be reached.",
    footer = {
      "",
      "Example:",
      "  ./ropewalk serve . --port 8000 --cache 512M --stats 9100",
      "",
      "One line per request goes to standard output; Ctrl-C stops."
    })
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls us
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The folder to serve.")
  private Path folder;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Listen on this port, 0 for any (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Listen on this address (default: ${DEFAULT-VALUE}).")
  private String bind;

  @Option(
      names = "--cache",
      paramLabel = "SIZE",
      defaultValue = "64M",
      converter = ByteSize.class,
      description = "Memory for pages of files (default: ${DEFAULT-VALUE}).")
  private long cache;

  @Option(
      names = "--stats",
      paramLabel = "PORT",
      description =
          "Tell figures of the cache, the pool and the engine at http://127.0.0.1:PORT/metrics, 0 for"
              + " any port (default: not at all). 'doctor --stats PORT' shows them.")
  private @Nullable Integer stats;

  @Override
  public Integer call() throws Exception {
    ServeOptions options = options();
    try (Ropewalk walk = open();
        Server figures = figures(walk, options);
        Server server = start(walk, options);
        // A signal lets responses under way finish; the process ends when this is done.
        OnSignal _ = OnSignal.run(server::close)) {
      System.err.printf(
          "ropewalk serve: %s on http://%s:%d/, by %s%n",
          folder,
          bind.contains(":") ? "[" + bind + "]" : bind,
          server.port(),
          walk.engine().name());
      if (figures != null) {
        System.err.println("figures: http://127.0.0.1:" + figures.port() + "/metrics");
      }
      server.await();
    }
    return Main.DONE;
  }

  private ServeOptions options() {
    try {
      return ServeOptions.of(folder)
          .withBind(bind, port)
          .withCacheBytes(cache)
          .withLog(System.out::println);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Ropewalk open() throws Failure {
    try {
      return Ropewalk.builder().cacheBytes(cache).open();
    } catch (IOException e) {
      throw Failure.of("can't start", e);
    }
  }

  /// The figures' own door: never that of the folder, whose names are all its own.
  private @Nullable Server figures(Ropewalk walk, ServeOptions options) throws Failure {
    if (stats == null) {
      return null;
    }
    try {
      return Server.stats(walk, options.withBind("127.0.0.1", stats));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--stats: " + e.getMessage(), e);
    } catch (IOException e) {
      throw Failure.of("can't tell figures on 127.0.0.1:" + stats, e);
    }
  }

  private Server start(Ropewalk walk, ServeOptions options) throws Failure {
    try {
      return Server.start(walk, options);
    } catch (IOException e) {
      throw Failure.of("can't serve %s on %s:%d".formatted(folder, bind, port), e);
    }
  }
}
