package ropewalk.iov;

/// One iterator after the other, all of one direction: header + pages + trailer in one send.
///
/// ```
///    part 0        part 1                      part 2
///   |------|  |-------|-----|-------|  |---------------|
///                     |back>|  <- the list stands in this run of part 1;
///                           ^     the part itself always at the run's end
/// ```
///
/// The parts are the list's for as long as it is used: it moves them. Their count at the start is
/// how much of each belongs to the list. A pipe's target can't be a part: what it would append must
/// come behind what the parts before it have.
public final class ListIter extends IovIter {

  private final IovIter[] parts;

  /// Where each part stood at the start.
  private final long[] origins;

  private final long[] lengths;

  /// The part whose run is loaded.
  private int part;

  ListIter(IovIter... parts) {
    super(directionOf(parts), sum(parts));
    this.parts = parts.clone();
    origins = new long[parts.length];
    lengths = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      origins[i] = parts[i].position();
      lengths[i] = parts[i].count();
    }
  }

  private ListIter(ListIter other) {
    super(other);
    parts = new IovIter[other.parts.length];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = other.parts[i].dup();
    }
    origins = other.origins;
    lengths = other.lengths;
    part = other.part;
  }

  /// `parts`, one after the other. *Takes* them: nobody else moves them from now on.
  public static ListIter of(IovIter... parts) {
    return new ListIter(parts);
  }

  @Override
  public Shape shape() {
    return Shape.LIST;
  }

  @Override
  public ListIter dup() {
    return new ListIter(this);
  }

  @Override
  IovIter leaf() {
    return part < parts.length ? parts[part].leaf() : this;
  }

  @Override
  boolean next() {
    for (int i = part; i < parts.length; i++) {
      IovIter in = parts[i];
      long rest = lengths[i] - (in.position() - origins[i]);
      if (rest > 0) {
        if (!in.ready()) {
          return false;
        }
        part = i;
        long length = Math.min(in.left, rest);
        load(in.memory, in.at, length);
        folio = in.folio;
        in.forward(length);
        return true;
      }
    }
    return false;
  }

  @Override
  void previous() {
    parts[part].backward(left); // to the start of the run that is given up
    while (parts[part].position() == origins[part]) {
      part--;
    }
    IovIter in = parts[part];
    if (in.back == 0) {
      in.previous();
    }
    long length = Math.min(in.back, in.position() - origins[part]);
    load(in.memory, in.at - length, length);
    folio = in.folio;
    toEnd();
  }

  /// Each part commits what the list has passed of it.
  @Override
  void committed(long n) {
    if (parts.length > 0) {
      parts[part].backward(left);
      for (int i = 0; i <= part; i++) {
        parts[i].commit();
      }
      unload();
    }
  }

  private static Direction directionOf(IovIter[] parts) {
    for (IovIter part : parts) {
      if (part.direction() != parts[0].direction() || part.shape() == Shape.PIPE_TARGET) {
        throw new IllegalArgumentException("a list of " + parts[0] + " can't have " + part);
      }
    }
    return parts.length == 0 ? Direction.SOURCE : parts[0].direction();
  }

  private static long sum(IovIter[] parts) {
    long sum = 0;
    for (IovIter part : parts) {
      sum = Math.addExact(sum, part.count());
    }
    return sum;
  }
}
