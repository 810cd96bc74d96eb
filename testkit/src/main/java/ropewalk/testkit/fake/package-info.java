/// A kernel in memory, for whole-system runs by seed: files with live pages, pipes, sockets, and a
/// disk that loses at a crash what was not synced.
///
/// ```
///   Syscalls  <-- FakeKernel (one lock; each call finds its method in one of these)
///                  |        |        |        |
///               FileCalls PipeCalls SocketCalls EventCalls     ProcessCalls: the host's memory
///                  |        |        |        |
///                  v        v        v        v
///               FakeFile FakePipe FakeSocket FakeEpoll, FakeCounter    each a Description
///                  |        ^        ^
///                  |        '--------'----- pages by reference: a later write to the file shows
///                  v
///               FakeDisk: names, and what a crash leaves of them
/// ```
///
/// Every byte stands in a [java.lang.foreign.MemorySegment]. To pass a page by reference is to pass
/// a slice of that segment; to copy is to make a new one. That is the whole of live pages.
///
/// Apart from it stands [FakeRing][ropewalk.testkit.fake.FakeRing]: io_uring before any kernel,
/// whose answers come when a test says so.
@NullMarked
package ropewalk.testkit.fake;

import org.jspecify.annotations.NullMarked;
