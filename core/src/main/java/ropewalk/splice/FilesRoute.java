package ropewalk.splice;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;

/// What the routes from file to file have in common: bytes or blocks go inside the kernel, and what
/// arrives is a snapshot, since the target has bytes (or a claim to blocks) of its own when the
/// call returns.
///
/// ```
///   [ReflinkRoute]        ioctl(FICLONERANGE)   the blocks themselves, or refusal
///   [CopyFileRangeRoute]  copy_file_range       blocks or a copy, the kernel doesn't say which
/// ```
abstract class FilesRoute implements Route {
  final Engine engine;

  FilesRoute(Engine engine) {
    this.engine = engine;
  }

  @Override
  public final @Nullable String declines(Ask ask) {
    return ask.from() == End.Kind.FILE && ask.to() == End.Kind.FILE
        ? null
        : "needs a regular file at both ends";
  }

  @Override
  public final Stability stability(Ask ask) {
    return Stability.SNAPSHOT;
  }

  /// A strand whose calls name both files, and may wait for a disk.
  abstract class FilesStrand extends DescriptorStrand {
    FilesStrand(Source source, Sink sink) {
      super(FilesRoute.this.name(), source, sink);
    }

    /// One call of the kernel. Answers what it answered.
    abstract long call(int in, int out, long length);

    /// Makes the call while nobody can close either file, off the carrier of a virtual thread.
    final long asked(long length) throws IOException {
      int in = from.fd().enter();
      try {
        int out = to.fd().enter();
        try {
          return engine.blocking(() -> call(in, out, length));
        } finally {
          to.fd().exit();
        }
      } finally {
        from.fd().exit();
      }
    }
  }
}
