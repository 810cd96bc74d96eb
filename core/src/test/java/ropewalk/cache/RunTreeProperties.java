package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import ropewalk.cache.RunTree.Tag;
import ropewalk.testkit.Gen;

/// The tree against maps of the JDK's: one for the runs, one for each tag.
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
    Map<Tag, NavigableMap<Long, Run>> tagged = new EnumMap<>(Tag.class);
    for (Tag tag : Tag.values()) {
      tagged.put(tag, new TreeMap<>());
    }
    for (int i = 0; i < 200; i++) {
      compareTags(gen, tree, model, tagged);
      long index = index(gen);
      if (gen.bool() && !model.containsKey(index)) {
        Run run = new Run(map, index);
        tree.add(run);
        model.put(index, run);
      } else {
        Run run = model.remove(index);
        if (run != null) {
          tagged.values().forEach(runs -> runs.remove(index));
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

  /// Tags or untags a run, mostly one that is there, and walks each tag from somewhere.
  private static void compareTags(
      Gen gen,
      RunTree tree,
      NavigableMap<Long, Run> model,
      Map<Tag, NavigableMap<Long, Run>> tagged) {
    Tag tag = gen.pick(Tag.values());
    NavigableMap<Long, Run> runs = Objects.requireNonNull(tagged.get(tag));
    Map.Entry<Long, Run> near = model.ceilingEntry(index(gen));
    if (near != null) {
      boolean isTagged = gen.bool();
      tree.mark(near.getValue(), tag, isTagged);
      if (isTagged) {
        runs.put(near.getKey(), near.getValue());
      } else {
        runs.remove(near.getKey());
      }
    }
    for (Tag one : Tag.values()) {
      NavigableMap<Long, Run> expected = Objects.requireNonNull(tagged.get(one));
      long from = index(gen);
      List<Run> walked = new ArrayList<>();
      for (Run run = tree.next(from, one); run != null; run = tree.next(run.index + 1, one)) {
        walked.add(run);
      }
      assertThat(walked).containsExactlyElementsOf(expected.tailMap(from).values());
      assertThat(tree.last(one))
          .isSameAs(expected.isEmpty() ? null : expected.lastEntry().getValue());
    }
  }

  @Test
  void aRunThatIsNotThereIsNotTagged() throws Exception {
    try (CacheRoom room = new CacheRoom(1 << 20, new byte[0])) {
      RunTree tree = new RunTree();
      Run there = new Run(room.map, 5);
      tree.add(there);
      tree.mark(new Run(room.map, 5), Tag.DIRTY, true);
      assertThat(tree.next(0, Tag.DIRTY)).isNull();
      tree.mark(there, Tag.DIRTY, true);
      assertThat(tree.remove(there)).isTrue();
      tree.add(new Run(room.map, 5));
      assertThat(tree.next(0, Tag.DIRTY)).isNull();
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
