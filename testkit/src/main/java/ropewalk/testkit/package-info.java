/// What the tests of every storey share: data that betrays itself, choices by seed, hostile and
/// make-believe kernels, and the audit that counts the house after every test.
///
/// ```
///            Gen  (every choice, by seed or exhaustively)
///             |
///   Shapes    v      Pattern (data)      Ledger (in = out)
///      \   the test  ---------------------------'
///       \     |
///        v    v
///   +-----------------+   +-----------------+   +----------------------+
///   | FaultySyscalls  |   |   FakeKernel    |   |  HostSyscalls.host() |
///   | refuses by plan |   | a kernel in RAM |   |  the machine itself  |
///   +-----------------+   +-----------------+   +----------------------+
///             |                                  skipped with a reason: OnHost
///             v
///        HouseAudit   descriptors as before, pools at rest: after every test
/// ```
///
/// Read [ropewalk.testkit.Gen] and [ropewalk.testkit.Pattern] first, then
/// [ropewalk.testkit.HouseAudit].
@NullMarked
package ropewalk.testkit;

import org.jspecify.annotations.NullMarked;
