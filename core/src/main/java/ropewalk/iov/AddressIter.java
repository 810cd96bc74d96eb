package ropewalk.iov;

/// Runs of plain addresses, looked up once: what KVEC and BVEC have in common.
abstract sealed class AddressIter extends IovIter permits KvecIter, BvecIter {

  /// Where each run starts, and how long it is; never changed, so copies of the iterator share
  /// them.
  final long[] addresses;

  final long[] lengths;

  /// The run that is loaded; -1 before the first.
  int run = -1;

  AddressIter(Direction direction, long total, long[] addresses, long[] lengths) {
    super(direction, total);
    this.addresses = addresses;
    this.lengths = lengths;
  }

  AddressIter(AddressIter other) {
    super(other);
    addresses = other.addresses;
    lengths = other.lengths;
    run = other.run;
  }

  @Override
  final int run() {
    return run;
  }

  @Override
  final boolean seek(int run) {
    this.run = run;
    return true;
  }

  @Override
  final boolean next() {
    for (int i = run + 1; i < lengths.length; i++) {
      if (lengths[i] > 0) {
        load(i);
        return true;
      }
    }
    return false;
  }

  @Override
  final void previous() {
    int i = run - 1;
    while (lengths[i] == 0) {
      i--;
    }
    load(i);
    toEnd();
  }

  /// Stands at the end of run `i`, `n` bytes further on.
  final void passTo(int i, long n) {
    if (i > run) {
      load(i);
      toEnd();
      position += n;
    }
  }

  /// Loads run `i` and stands at its start.
  void load(int i) {
    run = i;
    load(addresses[i], lengths[i], null);
  }
}
