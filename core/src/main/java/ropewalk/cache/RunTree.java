package ropewalk.cache;

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
/// over ranges cheap and leaves room for further bits per child (dirty, under writeback).
///
/// Not thread-safe: guarded by the lock of [Runs].
final class RunTree {
  private static final int BITS = 6;
  private static final int MASK = (1 << BITS) - 1;

  private Node root = new Node(0);
  private int count;

  private static final class Node {
    final int shift;
    final @Nullable Object[] children = new @Nullable Object[1 << BITS];
    long present;

    Node(int shift) {
      this.shift = shift;
    }

    void set(int slot, @Nullable Object child) {
      children[slot] = child;
      long bit = 1L << slot;
      present = child == null ? present & ~bit : present | bit;
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

  /// Adds `run`; there must be none at its index.
  void add(Run run) {
    while (run.index >>> root.shift > MASK) {
      Node taller = new Node(root.shift + BITS);
      if (root.present != 0) {
        taller.set(0, root);
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
    if (node.shift == 0 || removeBelow((Node) child(node, slot), index)) {
      node.set(slot, null);
    }
    return node.present == 0;
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
