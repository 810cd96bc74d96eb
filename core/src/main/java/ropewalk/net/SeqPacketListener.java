package ropewalk.net;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Sockets;
import ropewalk.page.FolioPool;

/// Waits for [SeqPacket] connections at a path. [#accept] parks; [#close] wakes whoever waits in it
/// and removes the path.
public final class SeqPacketListener implements AutoCloseable {
  private final Engine engine;
  private final FolioPool pool;
  private final Fd fd;
  private final String path;

  private SeqPacketListener(Engine engine, FolioPool pool, Fd fd, String path) {
    this.engine = engine;
    this.pool = pool;
    this.fd = fd;
    this.path = path;
  }

  /// Binds to `path` and listens; with a first NUL it is an abstract name.
  ///
  /// @throws IOException naming path and errno (EADDRINUSE where the path is there already)
  public static SeqPacketListener open(Engine engine, FolioPool pool, String path)
      throws IOException {
    String what = "listen unix-seqpacket:" + path.replace('\0', '@');
    Fd fd = Connecting.socket(engine.syscalls(), Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET, what);
    Connecting.bind(engine.syscalls(), fd, SocketName.ofPath(path));
    SeqPacketListener listener = new SeqPacketListener(engine, pool, fd, path);
    boolean isListening = false;
    try {
      int number = fd.enter();
      try {
        LinuxException.check(
            engine.syscalls().listen(number, Sockets.SOMAXCONN), "listen", "path", what);
      } finally {
        fd.exit();
      }
      isListening = true;
      return listener;
    } finally {
      if (!isListening) {
        listener.close();
      }
    }
  }

  /// Gives the next connection; parks until there is one.
  public SeqPacket accept() throws IOException {
    while (true) {
      int number = fd.enter();
      int accepted;
      try {
        accepted =
            engine.syscalls().accept4(number, 0, 0, Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC);
      } finally {
        fd.exit();
      }
      if (accepted == -Errno.EAGAIN) {
        engine.await(fd, Poll.POLLIN, Engine.FOREVER);
      } else if (accepted != -Errno.EINTR && accepted != -Errno.ECONNABORTED) {
        Fd one = Fd.of(engine.syscalls(), accepted, "socket", "accept4", "fd", fd);
        return SeqPacket.of(engine, pool, one, path);
      }
    }
  }

  /// Where it listens.
  public String path() {
    return path;
  }

  @Override
  public void close() {
    if (fd.isOpen()) {
      fd.close();
      if (!path.isEmpty() && path.charAt(0) != '\0') {
        engine.syscalls().unlinkat(Open.AT_FDCWD, path, 0);
      }
    }
  }

  @Override
  public String toString() {
    return "SeqPacketListener[" + path.replace('\0', '@') + "]";
  }
}
