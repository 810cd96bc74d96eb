package ropewalk.page;

import java.util.concurrent.atomic.AtomicInteger;

/// What the tests have in common: a folio with no memory behind it, whose home counts the returns,
/// and two plain fields that stand for its bytes.
public class Stage implements Folio.Home {

  final AtomicInteger homecomings = new AtomicInteger();
  final Folio folio = new Folio(this, 0, 0);

  /// The folio's bytes: plain, so that only the word's memory order keeps them together.
  int x;

  /// Written after `x`, read before it.
  int y;

  /// A folio in use, with one owner.
  Stage() {
    folio.take();
  }

  /// The same, published.
  static void publish(Stage stage) {
    stage.folio.publish();
  }

  /// Writes a new version of the bytes.
  void write(int version) {
    x = version;
    y = version;
  }

  /// Whether it is home, as 0 or 1 for a result: no reference is left.
  int atRest() {
    return FolioWord.references(folio.wordAcquire()) == 0 ? 1 : 0;
  }

  @Override
  public int pageSize() {
    return 4096;
  }

  @Override
  public FolioClass kind() {
    return FolioClass.GIFT;
  }

  @Override
  public void bringBack(Folio home, long before, long after) {
    homecomings.incrementAndGet();
  }
}
