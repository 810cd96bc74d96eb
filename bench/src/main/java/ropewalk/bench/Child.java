package ropewalk.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A process that is told one line and answers one line. Standard error is passed through, so that
/// a peer's complaint is seen where it happens.
public final class Child implements AutoCloseable {

  /// Longer than any sample: what takes this long hangs, and the run should say so instead of
  /// waiting.
  private static final long ANSWER_SECONDS = 60;

  private static final String GONE = "error: the process ended";

  private final String name;
  private final Process process;
  private final PrintStream in;
  private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();

  private Child(String name, Process process) {
    this.name = name;
    this.process = process;
    this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  /// Starts `command`, on one core if `pin` says so (taskset replaces itself, the process id
  /// stays).
  public static Child start(String name, Pin pin, List<String> command) throws IOException {
    List<String> whole = new ArrayList<>(pin.prefix());
    whole.addAll(command);
    Process process =
        new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Child child = new Child(name, process);
    Thread.ofVirtual().name("answers of " + name).start(child::listen);
    return child;
  }

  private void listen() {
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = lines.readLine()) != null; ) {
        answers.add(line);
      }
    } catch (IOException | UncheckedIOException e) {
      answers.add("error: " + e.getMessage());
    }
    answers.add(GONE);
  }

  /// The process id.
  public long pid() {
    return process.pid();
  }

  /// Tells `line` and waits for the answer.
  public String ask(String line) throws IOException {
    tell(line);
    return answer(line);
  }

  /// Tells `line`; the answer comes by [#answer].
  public void tell(String line) {
    in.println(line);
  }

  /// The next line; a line that begins with `error`, the end, and silence are an IOException.
  public String answer(String question) throws IOException {
    try {
      String answer = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
      if (answer == null) {
        throw new IOException(
            "%s: no answer to '%s' within %d s".formatted(name, question, ANSWER_SECONDS));
      }
      if (answer.startsWith("error")) {
        throw new IOException("%s: asked '%s': %s".formatted(name, question, answer));
      }
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(name + ": interrupted while waiting for an answer", e);
    }
  }

  @Override
  public void close() {
    in.close();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
