package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.cache.CacheStats;
import ropewalk.engine.EngineStats;
import ropewalk.file.CachedFile;
import ropewalk.file.NullSink;
import ropewalk.page.PoolPlan;
import ropewalk.page.PoolStats;
import ropewalk.testkit.Pattern;

class MetricsTest {
  @TempDir Path folder;

  private static Ropewalk open() throws Exception {
    return Ropewalk.builder().cacheBytes(1 << 20).plan(PoolPlan.of(4 << 20, 4 << 20)).open();
  }

  @Test
  void figuresAreThoseOfTheParts() throws Exception {
    Path path = Files.write(folder.resolve("file"), Pattern.bytes(0, 200_000));
    try (Ropewalk walk = open();
        CachedFile file = walk.file(path);
        NullSink sink = new NullSink()) {
      Map<String, Long> before = walk.metrics().read();
      assertThat(before).containsEntry("ropewalk_cache_misses_total", 0L);
      var _ = walk.move(file.from(0, 200_000), sink);
      var _ = walk.move(file.from(0, 200_000), sink);
      Map<String, Long> after = walk.metrics().read();
      assertThat(after)
          .containsEntry("ropewalk_cache_misses_total", 4L)
          .containsEntry("ropewalk_cache_bytes", walk.cache().stats().bytes())
          .containsEntry("ropewalk_cache_bytes_max", 1L << 20)
          .containsEntry("ropewalk_pool_ring_total_bytes", 4L << 20)
          .containsEntry("ropewalk_pool_in_use_bytes", walk.pool().stats().inUse());
      assertThat(after.get("ropewalk_cache_loans_total")).isEqualTo(8);
    }
  }

  @Test
  void everyCounterOfTheRecordsIsAMetric() throws Exception {
    try (Ropewalk walk = open()) {
      List<String> missing = new ArrayList<>();
      missing.addAll(missing(walk, "cache", CacheStats.class));
      missing.addAll(missing(walk, "pool", PoolStats.class));
      missing.addAll(missing(walk, "engine", EngineStats.class));
      assertThat(missing).isEmpty();
    }
  }

  private static List<String> missing(Ropewalk walk, String part, Class<?> stats) {
    List<String> names = walk.metrics().all().stream().map(Metric::name).toList();
    List<String> missing = new ArrayList<>();
    for (RecordComponent component : stats.getRecordComponents()) {
      String words = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      if (!names.contains(part + "_" + words)) {
        missing.add(part + "_" + words);
      }
    }
    return missing;
  }

  @Test
  void theTextIsWhatCollectorsRead() throws Exception {
    try (Ropewalk walk = open()) {
      String text = walk.metrics().text();
      assertThat(text)
          .contains(
              """
              # HELP ropewalk_cache_hits_total runs found where they were looked for (runs)
              # TYPE ropewalk_cache_hits_total counter
              ropewalk_cache_hits_total 0
              """);
      assertThat(text.lines())
          .allMatch(
              line ->
                  line.matches("# (HELP|TYPE) ropewalk_[a-z0-9_]+ .+")
                      || line.matches("ropewalk_[a-z0-9_]+ -?\\d+"));
      List<String> names = walk.metrics().all().stream().map(Metric::fullName).toList();
      assertThat(names).doesNotHaveDuplicates();
    }
  }
}
