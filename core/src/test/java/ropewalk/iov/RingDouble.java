package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// A ring of slots with nothing but the rules of [SlotRing]: the pipe that the iterators of a pipe
/// are tested over. Owns what is in its slots.
final class RingDouble implements SlotRing, AutoCloseable {

  /// Lent to look at; in order, tail first.
  final List<PageRef> slots = new ArrayList<>();

  private final int capacity;

  /// Slots released by [#consume] since the start.
  int released;

  /// Whether nobody drains any more.
  boolean closed;

  RingDouble(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public int used() {
    return slots.size();
  }

  @Override
  public int free() {
    return capacity - slots.size();
  }

  @Override
  public @Nullable PageRef slot(int index) {
    return index < slots.size() ? slots.get(index) : null;
  }

  @Override
  public boolean append(PageRef page) {
    assertThat(page.isWritable()).as("an unpublished page in a slot: %s", page).isFalse();
    if (closed || slots.size() == capacity) {
      return false;
    }
    slots.add(page);
    return true;
  }

  @Override
  public void consume(long bytes) {
    long left = bytes;
    while (!slots.isEmpty() && slots.getFirst().length() <= left) {
      if (left == 0 && slots.getFirst().length() > 0) {
        break;
      }
      left -= slots.getFirst().length();
      slots.removeFirst().close();
      released++;
    }
    if (left > 0) {
      slots.getFirst().skip((int) left);
    }
  }

  @Override
  public @Nullable PageRef trySteal() {
    if (slots.isEmpty() || !slots.getFirst().trySteal()) {
      return null;
    }
    return slots.removeFirst();
  }

  @Override
  public void close() {
    slots.forEach(PageRef::close);
    slots.clear();
  }
}
