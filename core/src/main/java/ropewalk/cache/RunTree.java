package ropewalk.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The index of a file: run number to [Run], a radix tree with 64 children per node.
///
/// ```
///   index (a file of 1 TiB has 2^24 runs)
///    23        18 17        12 11         6 5          0
///   +------------+------------+------------+------------+
///   |  level 3   |  level 2   |  level 1   |  level 0   |
///   +------------+------------+------------+------------+
/// ```
///
/// The tree is as high as its largest index needs; a sparse file costs the paths that are used. A
/// node knows which of its children are there by one bit each, which is what makes ordered walks
/// over ranges cheap. Each [Tag] is one more bit per child, set where something below has it, so
/// that the walk over a few tagged runs among many visits those and the path to them:
///
/// ```
///   present  1111 1111 1111 1111        16 children
///   DIRTY    0000 0100 0000 0000        one of them has dirty runs below it
/// ```
///
/// Guarded by the lock of [Runs], but for [#find]: nodes and runs are put into their places by
/// release and found by acquire, so whatever it meets is whole. What it does not meet may be there.
final class RunTree {
  private static final int BITS = 6;
  private static final int MASK = (1 << BITS) - 1;

  private static final VarHandle CHILDREN = MethodHandles.arrayElementVarHandle(Object[].class);

  private volatile Node root = new Node(0);
  private int count;

  /// What a run may be marked as.
  enum Tag {
    /// It has bytes that the backing has not got.
    DIRTY(0),

    /// Bytes of it are being written to the backing.
    WRITEBACK(1),

    /// The backing got bytes of it that it has not promised to keep.
    UNSYNCED(2);

    /// Its place in a node.
    private final int place;

    Tag(int place) {
      this.place = place;
    }
  }

  private static final int TAGS = Tag.values().length;

  private static final class Node {
    final int shift;
    final @Nullable Object[] children = new @Nullable Object[1 << BITS];
    final long[] tagged = new long[TAGS];
    long present;

    Node(int shift) {
      this.shift = shift;
    }

    void mark(int slot, int tag, boolean isTagged) {
      long bit = 1L << slot;
      tagged[tag] = isTagged ? tagged[tag] | bit : tagged[tag] & ~bit;
    }

    void set(int slot, @Nullable Object child) {
      CHILDREN.setRelease(children, slot, child);
      long bit = 1L << slot;
      present = child == null ? present & ~bit : present | bit;
      if (child == null) {
        for (int tag = 0; tag < TAGS; tag++) {
          mark(slot, tag, false);
        }
      }
    }
  }

  int count() {
    return count;
  }

  @Nullable Run get(long index) {
    if (index >>> root.shift > MASK) {
      return null;
    }
    Node node = root;
    while (node.shift > 0) {
      Object child = node.children[slot(node, index)];
      if (child == null) {
        return null;
      }
      node = (Node) child;
    }
    return (Run) node.children[(int) index & MASK];
  }

  /// As [#get], without the lock: a run that is or was at `index`, or null, which says nothing.
  @Nullable Run find(long index) {
    Node node = root;
    if (index >>> node.shift > MASK) {
      return null;
    }
    while (node.shift > 0) {
      Object child = CHILDREN.getAcquire(node.children, slot(node, index));
      if (child == null) {
        return null;
      }
      node = (Node) child;
    }
    return (Run) CHILDREN.getAcquire(node.children, (int) index & MASK);
  }

  /// Adds `run`; there must be none at its index.
  void add(Run run) {
    while (run.index >>> root.shift > MASK) {
      Node taller = new Node(root.shift + BITS);
      if (root.present != 0) {
        taller.set(0, root);
        takeTags(taller, 0, root);
      }
      root = taller;
    }
    Node node = root;
    while (node.shift > 0) {
      int slot = slot(node, run.index);
      Object child = node.children[slot];
      if (child == null) {
        child = new Node(node.shift - BITS);
        node.set(slot, child);
      }
      node = (Node) child;
    }
    int slot = (int) run.index & MASK;
    if (node.children[slot] != null) {
      throw new IllegalStateException("a run is there already: " + node.children[slot]);
    }
    node.set(slot, run);
    count++;
  }

  /// Removes `run` if it is what the tree has at its index; empty nodes go with it.
  ///
  /// @return false if it wasn't there
  boolean remove(Run run) {
    if (get(run.index) != run) {
      return false;
    }
    removeBelow(root, run.index);
    count--;
    if (count == 0) {
      root = new Node(0);
    }
    return true;
  }

  /// Clears the path to `index`; true if `node` is empty now.
  private static boolean removeBelow(Node node, long index) {
    int slot = slot(node, index);
    if (node.shift == 0) {
      node.set(slot, null);
    } else {
      Node below = (Node) child(node, slot);
      if (removeBelow(below, index)) {
        node.set(slot, null);
      } else {
        takeTags(node, slot, below);
      }
    }
    return node.present == 0;
  }

  /// `node` has at `slot` what is tagged anywhere in `below`.
  private static void takeTags(Node node, int slot, Node below) {
    for (int tag = 0; tag < TAGS; tag++) {
      node.mark(slot, tag, below.tagged[tag] != 0);
    }
  }

  /// Tags `run`, or takes the tag away. Nothing happens if it is not what the tree has at its
  /// index.
  void mark(Run run, Tag tag, boolean isTagged) {
    if (get(run.index) == run) {
      markBelow(root, run.index, tag.place, isTagged);
    }
  }

  private static void markBelow(Node node, long index, int tag, boolean isTagged) {
    int slot = slot(node, index);
    if (node.shift == 0) {
      node.mark(slot, tag, isTagged);
    } else {
      Node below = (Node) child(node, slot);
      markBelow(below, index, tag, isTagged);
      node.mark(slot, tag, below.tagged[tag] != 0);
    }
  }

  /// The first run at or behind `from` that has `tag`; null if there is none.
  @Nullable Run next(long from, Tag tag) {
    return from >>> root.shift > MASK ? null : nextBelow(root, from, tag.place);
  }

  private static @Nullable Run nextBelow(Node node, long from, int tag) {
    int first = slot(node, from);
    long left = node.tagged[tag] & (-1L << first);
    while (left != 0) {
      int slot = Long.numberOfTrailingZeros(left);
      left &= left - 1;
      Object child = child(node, slot);
      Run found =
          node.shift == 0 ? (Run) child : nextBelow((Node) child, slot == first ? from : 0, tag);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /// The last run that has `tag`; null if none has.
  @Nullable Run last(Tag tag) {
    Node node = root;
    while (true) {
      long bits = node.tagged[tag.place];
      if (bits == 0) {
        return null;
      }
      Object child = child(node, Long.SIZE - 1 - Long.numberOfLeadingZeros(bits));
      if (node.shift == 0) {
        return (Run) child;
      }
      node = (Node) child;
    }
  }

  /// Visits the runs from index `from` on, in order. The visitor must not change the tree.
  void forEach(long from, Consumer<Run> visitor) {
    if (from >>> root.shift <= MASK) {
      visit(root, from, visitor);
    }
  }

  private static void visit(Node node, long from, Consumer<Run> visitor) {
    int first = slot(node, from);
    long left = node.present & (-1L << first);
    while (left != 0) {
      int slot = Long.numberOfTrailingZeros(left);
      left &= left - 1;
      Object child = child(node, slot);
      if (node.shift == 0) {
        visitor.accept((Run) child);
      } else {
        visit((Node) child, slot == first ? from : 0, visitor);
      }
    }
  }

  private static int slot(Node node, long index) {
    return (int) (index >>> node.shift) & MASK;
  }

  private static Object child(Node node, int slot) {
    Object child = node.children[slot];
    if (child == null) {
      throw new IllegalStateException("bit " + slot + " is set, but nothing is there");
    }
    return child;
  }
}
