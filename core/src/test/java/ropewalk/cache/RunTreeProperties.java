package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import ropewalk.testkit.Gen;

/// The tree against a map of the JDK's.
class RunTreeProperties {
  @Test
  void isAMapInOrder() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, new byte[0])) {
      Gen.check(200, gen -> compare(gen, room.map));
    }
  }

  private static void compare(Gen gen, FileMap map) {
    RunTree tree = new RunTree();
    TreeMap<Long, Run> model = new TreeMap<>();
    for (int i = 0; i < 200; i++) {
      long index = index(gen);
      if (gen.bool() && !model.containsKey(index)) {
        Run run = new Run(map, index);
        tree.add(run);
        model.put(index, run);
      } else {
        Run run = model.remove(index);
        if (run != null) {
          assertThat(tree.remove(run)).isTrue();
          assertThat(tree.remove(run)).isFalse();
        }
      }
      long asked = index(gen);
      assertThat(tree.get(asked)).isSameAs(model.get(asked));
      assertThat(tree.count()).isEqualTo(model.size());
      List<Run> walked = new ArrayList<>();
      tree.forEach(asked, walked::add);
      assertThat(walked).containsExactlyElementsOf(model.tailMap(asked).values());
    }
  }

  /// Close together, at the edges of nodes, and as far away as a file may have bytes.
  private static long index(Gen gen) {
    return switch ((int) gen.below(4)) {
      case 0 -> gen.in(0, 10);
      case 1 -> gen.in(60L, 68L);
      case 2 -> gen.in(4090L, 4100L);
      default -> (Long.MAX_VALUE >>> Run.SHIFT) - gen.in(0, 5);
    };
  }
}
