package ropewalk.bench;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// fio's io_uring engine, a run for each sample. Start and end of it are not counted: its own
/// report tells the CPU of the time it read.
///
/// It is given the best of four ways for each cell, found by a trial: buffers and file registered
/// or not, requests handed over one by one (its default) or as many at a time as came back.
final class Fio implements DirectSubject {
  private static final List<String> KNOWN = List.of("--fixedbufs=1", "--registerfiles=1");

  private final Path file;
  private final Map<String, List<String>> best = new LinkedHashMap<>();

  Fio(Path file) {
    this.file = file;
  }

  @Override
  public Reads read(DirectCell cell, long millis) throws IOException {
    List<String> way = best.get(cell.name());
    if (way == null) {
      way = best(cell, millis);
      best.put(cell.name(), way);
    }
    return run(cell, millis, way);
  }

  private List<String> best(DirectCell cell, long millis) throws IOException {
    List<String> batches =
        List.of(
            "--iodepth_batch_submit=" + cell.depth(),
            "--iodepth_batch_complete_min=1",
            "--iodepth_batch_complete_max=" + cell.depth());
    List<String> both = new ArrayList<>(KNOWN);
    both.addAll(batches);
    List<String> winner = List.of();
    double most = 0;
    for (List<String> way : List.of(List.<String>of(), KNOWN, batches, both)) {
      double figure = run(cell, millis, way).perCpuSecond();
      if (figure > most) {
        most = figure;
        winner = way;
      }
    }
    return winner;
  }

  private Reads run(DirectCell cell, long millis, List<String> way) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "fio",
            "--name=direct",
            "--filename=" + file,
            "--readonly",
            "--ioengine=io_uring",
            "--direct=1",
            "--bs=" + cell.block(),
            "--rw=" + (cell.pattern().equals("random") ? "randread" : "read"),
            "--norandommap=1",
            "--iodepth=" + cell.depth(),
            "--gtod_reduce=1",
            "--time_based=1",
            "--runtime=" + millis + "ms",
            "--output-format=json"));
    command.addAll(way);
    return parse(Programs.output(command));
  }

  private static Reads parse(String report) throws IOException {
    Map<String, Object> all = JSON.std.mapFrom(report.substring(report.indexOf('{')));
    Map<?, ?> job = (Map<?, ?>) ((List<?>) get(all, "jobs")).getFirst();
    Map<?, ?> read = (Map<?, ?>) get(job, "read");
    double share = (number(job, "usr_cpu") + number(job, "sys_cpu")) / 100;
    double nanos = number(read, "runtime") * 1e6;
    double jobNanos = number(job, "job_runtime") * 1e6;
    return new Reads((long) number(read, "total_ios"), (long) nanos, (long) (share * jobNanos), 0);
  }

  private static double number(Map<?, ?> of, String key) throws IOException {
    return ((Number) get(of, key)).doubleValue();
  }

  private static Object get(Map<?, ?> of, String key) throws IOException {
    Object value = of.get(key);
    if (value == null) {
      throw new IOException("fio's report has no " + key);
    }
    return value;
  }

  @Override
  public String note() {
    return best.toString();
  }

  @Override
  public void close() {
    // Each run has ended.
  }
}
