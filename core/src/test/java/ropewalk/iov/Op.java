package ropewalk.iov;

/// The rows of the table of cells: what the contract (part 2.2) says can be done with an iterator.
enum Op {
  COPY_TO("copy to"),
  COPY_FROM("copy from"),
  BETWEEN("copy between"),
  ZEROS("zeros"),
  EACH_PAGE("each page"),
  ADVANCE("advance"),
  REVERT("revert"),
  TRUNCATE("truncate"),
  REEXPAND("reexpand"),
  SINGLE("single"),
  ALIGNMENT("alignment"),
  GAP_ALIGNMENT("gap alignment"),
  PAGES("pages"),
  GET_PAGES("get pages"),
  EXTRACT("extract"),
  CLEANUP("cleanup"),
  PREFAULT("prefault"),
  SAVE_RESTORE("save, restore"),
  DUP("dup"),
  DECANT("decant");

  /// As it stands in the printed table.
  final String title;

  Op(String title) {
    this.title = title;
  }
}
