package ropewalk.iov;

/// The rows of the table of cells: what the contract (part 2.2) says can be done with an iterator.
enum Op {
  COPY_TO("copy to"),
  COPY_FROM("copy from"),
  ZEROS("zeros"),
  ADVANCE("advance"),
  REVERT("revert"),
  TRUNCATE("truncate"),
  REEXPAND("reexpand"),
  SINGLE("single");

  /// As it stands in the printed table.
  final String title;

  Op(String title) {
    this.title = title;
  }
}
