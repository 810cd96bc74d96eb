package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ropewalk.testkit.Gen;

/// The buddy system against a plain map of pages.
final class BuddyProperties {

  private static final int ORDER_MAX = 4;
  private static final int PAGES = 4 << ORDER_MAX;

  private record Run(int page, int order) {}

  @Test
  void runsAreAlignedDisjointAndJoinAgainWhenAllAreFree() {
    Gen.check(
        200,
        gen -> {
          Buddy buddy = new Buddy(PAGES, ORDER_MAX);
          boolean[] used = new boolean[PAGES];
          List<Run> runs = new ArrayList<>();
          int free = PAGES;
          for (int i = gen.in(1, 300); i > 0; i--) {
            if (gen.bool() && !runs.isEmpty()) {
              Run run = runs.remove(gen.in(0, runs.size() - 1));
              buddy.free(run.page, run.order);
              mark(used, run, false);
              free += 1 << run.order;
            } else {
              int order = gen.in(0, ORDER_MAX);
              int page = buddy.take(order);
              if (page == Buddy.NONE) {
                assertThat(hasAlignedRun(used, order)).as("order %d refused", order).isFalse();
              } else {
                Run run = new Run(page, order);
                assertThat(page % (1 << order)).as("alignment of %s", run).isZero();
                mark(used, run, true);
                runs.add(run);
                free -= 1 << order;
              }
            }
            assertThat(buddy.freePages()).isEqualTo(free);
          }
          runs.forEach(run -> buddy.free(run.page, run.order));
          assertThat(buddy.freePages()).isEqualTo(PAGES);
          for (int i = 0; i < PAGES >> ORDER_MAX; i++) {
            assertThat(buddy.take(ORDER_MAX)).as("whole again").isNotEqualTo(Buddy.NONE);
          }
        });
  }

  private static void mark(boolean[] used, Run run, boolean now) {
    for (int page = run.page; page < run.page + (1 << run.order); page++) {
      assertThat(used[page]).as("page %d of %s", page, run).isNotEqualTo(now);
      used[page] = now;
    }
  }

  private static boolean hasAlignedRun(boolean[] used, int order) {
    for (int start = 0; start < PAGES; start += 1 << order) {
      boolean free = true;
      for (int page = start; page < start + (1 << order); page++) {
        free &= !used[page];
      }
      if (free) {
        return true;
      }
    }
    return false;
  }
}
