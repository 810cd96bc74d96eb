package ropewalk.testkit.fake;

import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Maps;

/// What can't be made up: memory that code really touches, and facts of the machine.
final class ProcessCalls {
  private final HostSyscalls host = HostSyscalls.host();

  public long mmap(long address, long length, int protection, int flags, int fd, long offset) {
    boolean anonymous = (flags & Maps.MAP_ANONYMOUS) != 0;
    return anonymous ? host.mmap(address, length, protection, flags, fd, offset) : -Errno.ENODEV;
  }

  public int munmap(long address, long length) {
    return host.munmap(address, length);
  }

  public int madvise(long address, long length, int advice) {
    return host.madvise(address, length, advice);
  }

  public long sysconf(int name) {
    return host.sysconf(name);
  }

  public int getrlimit(int resource, long address) {
    return host.getrlimit(resource, address);
  }

  public int uname(long address) {
    return host.uname(address);
  }

  public int clockGettime(int clock, long address) {
    return host.clockGettime(clock, address);
  }
}
