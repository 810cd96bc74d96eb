package ropewalk.iov;

/// The rows of the table of cells: what the contract (part 2.2) says can be done with an iterator.
enum Op {
  COPY_TO("copy to"),
  COPY_FROM("copy from"),
  BETWEEN("copy between"),
  ZEROS("zeros"),
  EACH_PAGE("each page", true),
  ADVANCE("advance"),
  REVERT("revert"),
  TRUNCATE("truncate"),
  REEXPAND("reexpand"),
  SINGLE("single"),
  ALIGNMENT("alignment", true),
  GAP_ALIGNMENT("gap alignment", true),
  PAGES("pages", true),
  GET_PAGES("get pages", true),
  EXTRACT("extract", true),
  CLEANUP("cleanup", true),
  PREFAULT("prefault"),
  SAVE_RESTORE("save, restore"),
  DUP("dup"),
  DECANT("decant", true);

  /// As it stands in the printed table.
  final String title;

  /// Whether it matters to it where in memory the runs lie, and not only how long they are.
  final boolean places;

  Op(String title) {
    this(title, false);
  }

  Op(String title, boolean places) {
    this.title = title;
    this.places = places;
  }

  /// Whether it moves an iterator and does nothing else.
  boolean moves() {
    return this == ADVANCE || this == REVERT;
  }
}
