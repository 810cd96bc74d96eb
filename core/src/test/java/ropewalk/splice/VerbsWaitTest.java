package ropewalk.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.engine.Engine;
import ropewalk.file.PlainFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Splices;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.pipe.PipeEnd;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.TempFiles;

/// How the verbs wait: what ends a wait before anything has moved (a deadline, a signal), and that
/// somebody else's step in between is neither the end nor EAGAIN.
@Timeout(120)
final class VerbsWaitTest {

  private static final int PAGE = 4096;

  private final TempFiles files = new TempFiles();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private FolioPool pool;
  private Engine engine;
  private Verbs verbs;
  private Pipe empty;
  private Pipe full;
  private Pipe room;
  private PlainFile file;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 0));
    engine = Engine.open(HostSyscalls.host(), Engine.Choice.AUTO);
    verbs = new Verbs(pool);
    empty = Pipe.open(pool, 1);
    full = Pipe.open(pool, 1);
    room = Pipe.open(pool, 1);
    full.push(page());
    Path path = files.pattern("file", 2L * PAGE);
    file = PlainFile.open(engine, pool, path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    opened.addAll(List.of(pool, files, engine, verbs, empty, full, room, file));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private PageRef page() throws IOException {
    PageRef page = pool.take(PAGE, FolioClass.RING);
    Pattern.fill(page.target(), 0);
    page.publish(PAGE);
    return page;
  }

  private static Operand into(Pipe pipe) {
    return Operand.of(PipeEnd.ofSource(pipe, 0));
  }

  private static Operand outOf(Pipe pipe) {
    return Operand.of(PipeEnd.ofSink(pipe, 0));
  }

  private interface Waiting {
    long run() throws IOException;
  }

  /// Every call that has to wait here: named as in `signalled.c`, which makes the same ones.
  private Map<String, Waiting> waiting() {
    Operand disk = Operand.of(file, Open.O_RDWR);
    byte[] memory = new byte[PAGE];
    Map<String, Waiting> calls = new LinkedHashMap<>();
    calls.put("fill", () -> verbs.splice(disk, 0, into(full), -1, PAGE, 0));
    calls.put("drain", () -> verbs.splice(outOf(empty), -1, disk, 0, PAGE, 0));
    calls.put("pass-empty", () -> verbs.splice(outOf(empty), -1, into(room), -1, PAGE, 0));
    calls.put("tee-empty", () -> verbs.tee(outOf(empty), into(room), PAGE, 0));
    calls.put(
        "vmsplice-in",
        () -> verbs.vmsplice(into(full), IovIter.source(MemorySegment.ofArray(memory)), 0));
    calls.put(
        "vmsplice-out",
        () -> verbs.vmsplice(outOf(empty), IovIter.target(MemorySegment.ofArray(memory)), 0));
    calls.put("sendfile", () -> verbs.sendfile(into(full), disk, 0, PAGE));
    return calls;
  }

  private void expectNothingMoved(String call) {
    assertThat(empty.bytes()).as(call).isZero();
    assertThat(room.bytes()).as(call).isZero();
    assertThat(full.bytes()).as(call).isEqualTo(PAGE);
    assertThat(full.used()).as(call).isEqualTo(1);
    assertThat(file.position()).as(call).isZero();
    assertThat(pool.stats().inUse()).as("memory held after " + call).isEqualTo(PAGE);
  }

  @Test
  @DisplayName("2b: a deadline ends the wait of each verb, and nothing has moved")
  void deadlinesEndWaits() throws IOException {
    verbs.deadline(System.nanoTime() - 1);
    for (Map.Entry<String, Waiting> call : waiting().entrySet()) {
      assertThatThrownBy(() -> call.getValue().run())
          .as(call.getKey())
          .isInstanceOf(SocketTimeoutException.class);
      expectNothingMoved(call.getKey());
    }
    PageRef lent = page();
    assertThatThrownBy(() -> verbs.vmsplice(into(full), List.of(lent), 0))
        .isInstanceOf(SocketTimeoutException.class);
    lent.close();
    int flags = Splices.SPLICE_F_NONBLOCK;
    assertThat(verbs.splice(outOf(full), -1, into(room), -1, PAGE, flags))
        .as("what needn't wait has no deadline")
        .isEqualTo(PAGE);
    assertThat(verbs.splice(outOf(room), -1, into(full), -1, PAGE, 0)).isEqualTo(PAGE);
    expectNothingMoved("the way there and back");
  }

  @Test
  @DisplayName("2b: a signal ends the wait of each verb (EINTR), and nothing has moved")
  void signalsEndWaits() throws Exception {
    Map<String, Integer> kernel = signalled();
    Map<String, Waiting> calls = new LinkedHashMap<>(waiting());
    Tally tally = new Tally();
    byte[] memory = new byte[PAGE];
    calls.put(
        "read",
        () -> PipeEnd.ofSink(empty, 0).read(IovIter.target(MemorySegment.ofArray(memory)), tally));
    calls.put(
        "write",
        () ->
            PipeEnd.ofSource(full, 0).write(IovIter.source(MemorySegment.ofArray(memory)), tally));
    assertThat(kernel.keySet()).isEqualTo(calls.keySet());
    for (Map.Entry<String, Waiting> call : calls.entrySet()) {
      Thread.currentThread().interrupt();
      try {
        assertThat(kernel.get(call.getKey())).as(call.getKey()).isEqualTo(Errno.EINTR);
        assertThatThrownBy(() -> call.getValue().run())
            .as(call.getKey())
            .isInstanceOf(InterruptedIOException.class)
            .isNotInstanceOf(SocketTimeoutException.class);
      } finally {
        assertThat(Thread.interrupted()).as("still to be seen after " + call.getKey()).isTrue();
      }
      expectNothingMoved(call.getKey());
    }
  }

  /// The kernel's errno for each call of `signalled.c`.
  private Map<String, Integer> signalled() throws Exception {
    Path source = files.path("signalled.c");
    try (InputStream text = VerbsWaitTest.class.getResourceAsStream("signalled.c")) {
      Files.copy(Objects.requireNonNull(text), source);
    }
    Path program = files.path("signalled");
    output(OnHost.compiler(), "-o", program.toString(), source.toString());
    Map<String, Integer> errnos = new LinkedHashMap<>();
    output(program.toString(), files.pattern("other", 2L * PAGE).toString())
        .lines()
        .map(line -> line.split(" ", -1))
        .forEach(words -> errnos.put(words[0], Integer.valueOf(words[1])));
    return errnos;
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /// Bytes for a pipe whose only slot somebody else fills while they are read.
  private final class Overtaken implements Positional, Source {
    private final Pipe pipe;
    private int fills;

    Overtaken(Pipe pipe) {
      this.pipe = pipe;
    }

    @Override
    public long fill(Pipe staging, long limit, Tally tally) throws IOException {
      if (fills++ == 0) {
        pipe.push(page());
      }
      staging.push(page());
      return PAGE;
    }

    @Override
    public Source from(long offset, long length) {
      return this;
    }

    @Override
    public Sink to(long offset) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
      return 0;
    }

    @Override
    public void advance(long bytes) {}

    @Override
    public String wayIn() {
      return "read";
    }

    @Override
    public void close() {}
  }

  @Test
  @DisplayName("decided: a splice from a file that was raced answers EAGAIN or waits, and never 0")
  void aRacedFillIsNotTheEnd() throws Exception {
    Operand raced = Operand.of(new Overtaken(room), Open.O_RDONLY);
    assertThat(verbs.splice(raced, 0, into(room), -1, PAGE, Splices.SPLICE_F_NONBLOCK))
        .isEqualTo(Pipe.NOT_NOW);
    Operand again = Operand.of(new Overtaken(empty), Open.O_RDONLY);
    FutureTask<Long> waits =
        new FutureTask<>(() -> verbs.splice(again, 0, into(empty), -1, PAGE, 0));
    Thread.ofVirtual().start(waits);
    Objects.requireNonNull(empty.take()).close();
    assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo(PAGE);
    assertThat(empty.bytes()).isEqualTo(PAGE);
  }

  @Test
  @DisplayName(
      "decided: vmsplices that race for a slot wait for the next one, and never say EAGAIN")
  void racedVmsplicesWait() throws Exception {
    int each = 2_000;
    List<FutureTask<Long>> tasks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      boolean lends = i == 0;
      FutureTask<Long> task = new FutureTask<>(() -> vmspliceAll(each, lends));
      tasks.add(task);
      Thread.ofPlatform().daemon().start(task);
    }
    for (int i = 0; i < 3 * each; i++) {
      PageRef page = Objects.requireNonNull(room.take());
      assertThat(page.length()).isEqualTo(16);
      page.close();
    }
    for (FutureTask<Long> task : tasks) {
      assertThat(task.get(30, TimeUnit.SECONDS)).isZero();
    }
  }

  /// Answers how many of `times` vmsplices did not put their 16 bytes into the pipe.
  private long vmspliceAll(int times, boolean lends) throws IOException {
    long failed = 0;
    try (Verbs own = new Verbs(pool);
        PageRef page = page()) {
      page.trim(16);
      byte[] memory = new byte[16];
      for (int i = 0; i < times; i++) {
        long went = 0;
        while (went != 16) {
          went =
              lends
                  ? own.vmsplice(into(room), List.of(page), 0)
                  : own.vmsplice(into(room), IovIter.source(MemorySegment.ofArray(memory)), 0);
          failed += went == 16 ? 0 : 1;
        }
      }
    }
    return failed;
  }
}
