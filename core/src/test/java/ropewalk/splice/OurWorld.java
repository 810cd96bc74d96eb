package ropewalk.splice;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.file.PlainFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.pipe.PipeEnd;

/// Our pipes, with files of the kernel's behind them.
final class OurWorld implements World {
  private static final int PAGE = 4096;

  private final FolioPool pool;
  private final Verbs verbs;
  private final Verbs partner;
  private final Tally tally = new Tally();
  private final PipeEnd[] ends = new PipeEnd[FILE_IN];
  private final Operand[] operands = new Operand[HANDLES];
  private final PlainFile in;
  private final PlainFile out;
  private final Path outPath;
  private final PageRef pages;
  private final MemorySegment unusable;

  /// Files at these paths; the pages that [#vmsplicePages] lends are those of `pages`, which stays
  /// the caller's.
  OurWorld(Engine engine, FolioPool pool, Path in, Path out, PageRef pages) throws IOException {
    this.pool = pool;
    this.pages = pages;
    this.outPath = out;
    verbs = new Verbs(pool);
    partner = new Verbs(pool);
    this.in = PlainFile.open(engine, pool, in);
    this.out = PlainFile.open(engine, pool, out, StandardOpenOption.WRITE);
    operands[FILE_IN] = Operand.of(this.in, Open.O_RDONLY);
    operands[FILE_OUT] = Operand.of(this.out, Open.O_WRONLY);
    operands[FILE_APPEND] = Operand.of(this.out, Open.O_RDWR | Open.O_APPEND);
    try (Arena arena = Arena.ofShared()) {
      unusable = arena.allocate(1 << 20);
    }
  }

  private interface Call {
    long run() throws IOException;
  }

  private static long answer(Call call) {
    try {
      return call.run();
    } catch (LinuxException e) {
      return -e.errno();
    } catch (IOException e) {
      throw new AssertionError("an error without a number", e);
    }
  }

  /// The verbs of the thread that asks: a partner's are its own.
  private Verbs verbs() {
    return Thread.currentThread().getName().equals("partner") ? partner : verbs;
  }

  Pipe pipe(int end) {
    return ends[end].pipe();
  }

  @Nullable PipeEnd end(int end) {
    return ends[end];
  }

  @Override
  public void open(int pipe, int slots) {
    if (ends[pipe] != null) {
      close(pipe);
      close(pipe + PIPES);
    }
    Pipe fresh = Pipe.open(pool, slots);
    ends[pipe] = PipeEnd.ofSource(fresh, Open.O_NONBLOCK);
    ends[pipe + PIPES] = PipeEnd.ofSink(fresh, Open.O_NONBLOCK);
    operands[pipe] = Operand.of(ends[pipe]);
    operands[pipe + PIPES] = Operand.of(ends[pipe + PIPES]);
  }

  @Override
  public void close(int end) {
    ends[end].close();
  }

  @Override
  public boolean isClosed(int end) {
    return ends[end].isClosed();
  }

  @Override
  public void mode(int end, int flags) {
    ends[end].mode(flags);
  }

  private MemorySegment memory(long address, int length) {
    return address == 0 ? unusable.asSlice(0, length) : Memory.ALL.asSlice(address, length);
  }

  @Override
  public long write(int end, long address, int length) {
    return answer(() -> ends[end].write(IovIter.source(memory(address, length)), tally));
  }

  @Override
  public long read(int end, long address, int length) {
    return answer(() -> ends[end].read(IovIter.target(memory(address, length)), tally));
  }

  @Override
  public long splice(int in, long offIn, int out, long offOut, long length, int flags) {
    return answer(() -> verbs().splice(operands[in], offIn, operands[out], offOut, length, flags));
  }

  @Override
  public long tee(int in, int out, long length, int flags) {
    return answer(() -> verbs().tee(operands[in], operands[out], length, flags));
  }

  @Override
  public long vmsplice(int end, long[] addresses, int[] lengths, int flags) {
    MemorySegment[] segments = new MemorySegment[addresses.length];
    for (int i = 0; i < segments.length; i++) {
      segments[i] = memory(addresses[i], lengths[i]);
    }
    IovIter memory = World.isSource(end) ? IovIter.source(segments) : IovIter.target(segments);
    return answer(() -> verbs().vmsplice(operands[end], memory, flags));
  }

  @Override
  public long vmsplicePages(int end, int page, int count, int skip, int flags) {
    List<PageRef> lent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int start = i == 0 ? skip : 0;
      lent.add(pages.lend((page + i) * PAGE + start, PAGE - start));
    }
    try {
      return answer(() -> verbs().vmsplice(operands[end], lent, flags));
    } finally {
      lent.forEach(PageRef::close);
    }
  }

  @Override
  public long sendfile(int out, int in, long offset, long count) {
    return answer(() -> verbs().sendfile(operands[out], operands[in], offset, count));
  }

  @Override
  public long resize(int end, long bytes) {
    return answer(() -> ends[end].resize(bytes));
  }

  @Override
  public long bytes(int end) {
    return ends[end].isClosed() ? -Errno.EBADF : ends[end].pipe().bytes();
  }

  @Override
  public long size(int end) {
    return ends[end].isClosed() ? -Errno.EBADF : ends[end].size();
  }

  @Override
  public int ready(int end) {
    return ends[end].ready();
  }

  @Override
  public long position(int file) {
    return file == FILE_IN ? in.position() : out.position();
  }

  @Override
  public long written(long address, int length) {
    HostSyscalls host = HostSyscalls.host();
    int fd = host.openat2(Open.AT_FDCWD, outPath.toString(), Open.O_RDONLY, 0, 0);
    try {
      return host.pread(fd, address, length, 0);
    } finally {
      host.close(fd);
    }
  }

  @Override
  public void close() {
    try (in;
        out;
        verbs;
        partner) {
      for (PipeEnd end : ends) {
        if (end != null) {
          end.close();
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
