package ropewalk.iov;

import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;

/// An ordered ring of slots, as the pipe shapes need it; `pipe` implements it.
///
/// ```
///    consume, trySteal              append
///          v                           v
///   +------+------+------+------+------+------+
///   | slot(0)  slot(1)  slot(2) |      |      |     used() slots filled, free() empty
///   +------+------+------+------+------+------+
///     tail: first out              head: next in
/// ```
///
/// One thread at a time drains through it and one fills; the two may be different threads, and the
/// ring sees to what they share. So for the one who drains, slot 0 stays slot 0 until it consumes.
public interface SlotRing {

  /// How many slots are filled.
  int used();

  /// How many slots are empty.
  int free();

  /// *Lends* the range in the `index`-th slot from the tail, good until it is consumed; null if
  /// there is none, or its bytes can't be confirmed. Ranges of no length may stand anywhere.
  @Nullable PageRef slot(int index);

  /// Puts `page`, which is published, behind the others. *Takes* it when it answers true, and
  /// releases it if nobody drains any more; false if there is no slot.
  boolean append(PageRef page);

  /// Drops the first `bytes` bytes: releases exactly the slots that are used up, and those of no
  /// length before and between them; shortens the one in which the bytes end. `bytes` is at most
  /// what the slots hold.
  void consume(long bytes);

  /// *Gives* the range in slot 0 with the right to write it, and takes it out of the ring; null,
  /// and nothing has happened, if somebody else has any business with its folio.
  @Nullable PageRef trySteal();
}
