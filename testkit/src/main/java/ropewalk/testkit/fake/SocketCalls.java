package ropewalk.testkit.fake;

import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Errno;
import ropewalk.linux.Memory;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;

/// Sockets and their names. A TCP name is an address of this machine, whatever it says; a UNIX name
/// is a name on the disk.
final class SocketCalls {
  private static final int TYPE_MASK = 0xf;

  /// Where a host takes ports from when asked for any.
  private static final int PORT_FIRST = 32_768;

  private final World world;
  private final Map<Integer, FakeSocket> ports = new HashMap<>();
  private int nextPort = PORT_FIRST;

  SocketCalls(World world) {
    this.world = world;
  }

  public int socket(int domain, int type, int protocol) {
    FakeSocket made = make(domain, type);
    return made == null ? refused(domain) : world.open(made);
  }

  public long socketpair(int domain, int type, int protocol) {
    if (domain != Sockets.AF_UNIX) {
      return -Errno.EOPNOTSUPP;
    }
    FakeSocket one = make(domain, type);
    FakeSocket other = make(domain, type);
    if (one == null || other == null) {
      return refused(domain);
    }
    FakeSocket.connect(one, other);
    return world.open(one, other);
  }

  private static @Nullable FakeSocket make(int domain, int type) {
    boolean known =
        domain == Sockets.AF_UNIX || domain == Sockets.AF_INET || domain == Sockets.AF_INET6;
    return known && (type & TYPE_MASK) == Sockets.SOCK_STREAM
        ? new FakeSocket(domain, type & Sockets.SOCK_NONBLOCK)
        : null;
  }

  private static int refused(int domain) {
    return domain == Sockets.AF_UNIX ? -Errno.ESOCKTNOSUPPORT : -Errno.EAFNOSUPPORT;
  }

  public int bind(int fd, long address, int length) {
    FakeSocket socket = socket(fd);
    if (socket == null) {
      return noSocket(fd);
    }
    if (socket.name != null) {
      return -Errno.EINVAL;
    }
    if (socket.domain == Sockets.AF_UNIX) {
      String path = SockAddr.unix(address, length);
      FakeDisk.Resolved at = world.disk.resolve("/", path, 0);
      if (at.errno() != 0) {
        return -at.errno();
      }
      if (world.disk.get(at.path()) != null) {
        return -Errno.EADDRINUSE;
      }
      FakeFile file = world.disk.create(false);
      file.socket = socket;
      world.disk.link(at.path(), file);
      socket.name = path;
      return 0;
    }
    InetSocketAddress wanted = SockAddr.inet(address);
    int port = wanted.getPort() == 0 ? freePort() : wanted.getPort();
    if (ports.containsKey(port)) {
      return -Errno.EADDRINUSE;
    }
    ports.put(port, socket);
    socket.name = new InetSocketAddress(wanted.getAddress(), port);
    socket.onClose(() -> ports.remove(port, socket));
    return 0;
  }

  private int freePort() {
    while (ports.containsKey(nextPort)) {
      nextPort++;
    }
    return nextPort++;
  }

  public int listen(int fd, int backlog) {
    FakeSocket socket = socket(fd);
    if (socket == null) {
      return noSocket(fd);
    }
    if (socket.name == null || socket.peer != null) {
      return -Errno.EINVAL;
    }
    if (socket.backlog == null) {
      socket.backlog = new ArrayDeque<>();
    }
    socket.backlogMax = Math.max(1, backlog);
    return 0;
  }

  public int connect(int fd, long address, int length) {
    FakeSocket socket = socket(fd);
    if (socket == null) {
      return noSocket(fd);
    }
    if (socket.peer != null || socket.listening()) {
      return socket.peer != null ? -Errno.EISCONN : -Errno.EINVAL;
    }
    boolean unix = socket.domain == Sockets.AF_UNIX;
    FakeSocket there = unix ? unixListener(SockAddr.unix(address, length)) : tcpListener(address);
    if (there == null && unix) {
      return world.disk.get(SockAddr.unix(address, length)) == null
          ? -Errno.ENOENT
          : -Errno.ECONNREFUSED;
    }
    Deque<FakeSocket> backlog = there == null ? null : there.backlog;
    if (there == null || backlog == null) {
      if (!unix && socket.nonblocking()) {
        socket.error = Errno.ECONNREFUSED;
        socket.failed = true;
        return -Errno.EINPROGRESS;
      }
      return -Errno.ECONNREFUSED;
    }
    FakeSocket listener = there;
    long room =
        world.await(
            socket.nonblocking(), () -> backlog.size() < listener.backlogMax ? 1 : -Errno.EAGAIN);
    if (room < 0) {
      return (int) room;
    }
    if (socket.name == null && !unix) {
      socket.name = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
    }
    FakeSocket end = new FakeSocket(listener.domain, 0);
    end.name = listener.name;
    end.waitsForAccept = true;
    FakeSocket.connect(socket, end);
    backlog.addLast(end);
    return !unix && socket.nonblocking() ? -Errno.EINPROGRESS : 0;
  }

  private @Nullable FakeSocket unixListener(String path) {
    FakeFile file = world.disk.get(path);
    FakeSocket found = file == null ? null : file.socket;
    return found != null && found.holders > 0 ? found : null;
  }

  private @Nullable FakeSocket tcpListener(long address) {
    return ports.get(SockAddr.inet(address).getPort());
  }

  public int accept4(int fd, long address, long addressLength, int flags) {
    FakeSocket listener = socket(fd);
    if (listener == null) {
      return noSocket(fd);
    }
    Deque<FakeSocket> backlog = listener.backlog;
    if (backlog == null) {
      return -Errno.EINVAL;
    }
    long there = world.await(listener.nonblocking(), () -> backlog.isEmpty() ? -Errno.EAGAIN : 1);
    if (there < 0) {
      return (int) there;
    }
    FakeSocket end = backlog.getFirst();
    int accepted = world.open(end);
    if (accepted >= 0) {
      backlog.removeFirst();
      end.waitsForAccept = false;
      end.flags |= flags & Sockets.SOCK_NONBLOCK;
      putName(end, end.peerName, address, addressLength);
    }
    return accepted;
  }

  public int shutdown(int fd, int how) {
    FakeSocket socket = socket(fd);
    return socket == null ? noSocket(fd) : socket.shutdown(how);
  }

  public int getsockname(int fd, long address, long addressLength) {
    FakeSocket socket = socket(fd);
    return socket == null ? noSocket(fd) : putName(socket, socket.name, address, addressLength);
  }

  public int getpeername(int fd, long address, long addressLength) {
    FakeSocket socket = socket(fd);
    if (socket == null) {
      return noSocket(fd);
    }
    return socket.peer == null
        ? -Errno.ENOTCONN
        : putName(socket, socket.peerName, address, addressLength);
  }

  private static int putName(
      FakeSocket socket, @Nullable Object name, long address, long addressLength) {
    if (address == 0) {
      return 0;
    }
    int length = Short.BYTES;
    if (name instanceof InetSocketAddress inet) {
      length = SockAddr.set(address, inet);
    } else if (name instanceof String path) {
      length = SockAddr.setUnix(address, path);
    } else {
      Memory.ALL.set(ValueLayout.JAVA_SHORT, address, (short) socket.domain);
    }
    Memory.ALL.set(ValueLayout.JAVA_INT, addressLength, length);
    return 0;
  }

  public int setsockopt(int fd, int level, int name, long value, int length) {
    FakeSocket socket = socket(fd);
    if (socket == null) {
      return noSocket(fd);
    }
    if (length >= Integer.BYTES) {
      socket.options.put(key(level, name), Memory.ALL.get(ValueLayout.JAVA_INT, value));
    }
    return 0;
  }

  public int getsockopt(int fd, int level, int name, long value, long valueLength) {
    FakeSocket socket = socket(fd);
    if (socket == null) {
      return noSocket(fd);
    }
    int answer = socket.options.getOrDefault(key(level, name), 0);
    if (level == Sockets.SOL_SOCKET && name == Sockets.SO_TYPE) {
      answer = Sockets.SOCK_STREAM;
    } else if (level == Sockets.SOL_SOCKET && name == Sockets.SO_ERROR) {
      answer = socket.error;
      socket.error = 0;
    }
    Memory.ALL.set(ValueLayout.JAVA_INT, value, answer);
    Memory.ALL.set(ValueLayout.JAVA_INT, valueLength, Integer.BYTES);
    return 0;
  }

  private static long key(int level, int name) {
    return ((long) level << 32) | Integer.toUnsignedLong(name);
  }

  private @Nullable FakeSocket socket(int fd) {
    return world.get(fd) instanceof FakeSocket socket ? socket : null;
  }

  private int noSocket(int fd) {
    return world.get(fd) == null ? -Errno.EBADF : -Errno.ENOTSOCK;
  }
}
