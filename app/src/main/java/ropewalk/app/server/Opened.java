package ropewalk.app.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import ropewalk.cache.Stamp;
import ropewalk.file.CachedFile;
import ropewalk.file.PlainFile;
import ropewalk.splice.Source;

/// A file open for one response: its state, its bytes, its end. Through the page cache or past it.
sealed interface Opened {

  /// The state that the head tells, of the very bytes that [#from] gives.
  Stamp stamp();

  /// Gives a source of `length` bytes at `offset`, fewer if the file has become shorter.
  Source from(long offset, long length);

  /// Closes the file; what is on loan stays with its borrower.
  void close();

  /// Closes what was only read: nothing is lost that anybody could have wanted.
  private static void close(AutoCloseable file) {
    try {
      file.close();
    } catch (Exception e) {
      System.getLogger(Opened.class.getName()).log(Level.DEBUG, "close", e);
    }
  }

  /// Past the cache: each response reads for itself.
  record Plain(PlainFile file) implements Opened {
    @Override
    public Stamp stamp() {
      return file.opened().stamp();
    }

    @Override
    public Source from(long offset, long length) {
      return file.from(offset, length);
    }

    @Override
    public void close() {
      Opened.close(file);
    }
  }

  /// Through the cache: pages are lent, and whoever overwrites the file makes new ones.
  record Cached(CachedFile file) implements Opened {

    /// Takes `file`, and drops what is cached of it if a stranger has changed it meanwhile.
    static Cached fresh(CachedFile file) throws IOException {
      boolean isKept = false;
      try {
        boolean _ = file.revalidate();
        isKept = true;
        return new Cached(file);
      } finally {
        if (!isKept) {
          file.close();
        }
      }
    }

    @Override
    public Stamp stamp() {
      return file.stamp();
    }

    @Override
    public Source from(long offset, long length) {
      return file.from(offset, length);
    }

    @Override
    public void close() {
      Opened.close(file);
    }
  }
}
