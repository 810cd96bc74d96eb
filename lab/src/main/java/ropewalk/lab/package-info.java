/// The crash oracle of the kernel lab: what fsync promised is there after the power failed.
///
/// ```
///   guest     Workload ── Script ──► file of ours ──► file system ──► log-writes ──► disk
///                │                                                        │
///                └── "kept 17", after the sync returned ──► mark ────────►│
///                                                                        log
///   host      Crashes cut ◄── WriteLog ◄─────────────────────────────────┘
///                │    PowerCut: what is durable, what is in doubt
///                ▼
///             0.disk, 1.disk, ...
///                │
///   guest     mount (recovers) ──► 0.file, 1.file, ...
///                │
///   host      Crashes judge: Judge ── Script of the same seed
/// ```
///
/// `lab/crash` does all of this; `docs/design/lab.md` says what it proves and what not.
@org.jspecify.annotations.NullMarked
package ropewalk.lab;
