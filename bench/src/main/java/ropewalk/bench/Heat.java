package ropewalk.bench;

/// What is in memory already when a transfer begins.
enum Heat {
  /// The file is in the kernel's page cache, and in ours if the subject has one: it was sent before
  /// and will be sent again.
  WARM,
  /// The file is in the kernel's page cache, and ours has never seen it: it is sent once.
  ONCE,
  /// The file is on the disk only.
  COLD;

  /// How a report calls it.
  String words() {
    return switch (this) {
      case WARM -> "warm";
      case ONCE -> "warm in the kernel, empty in ours before each transfer";
      case COLD -> "cold: dropped from the kernel's and from ours before each sample";
    };
  }
}
