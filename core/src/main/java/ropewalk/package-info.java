/// The face: what most users will ever need.
///
/// ```
///            ┌────────────────────── Ropewalk ──────────────────────┐
///   file ───►│  Source ──► Pipe ──► Sink    pool · engine · cache   │───► socket
///            └──────────────────────────────────────────────────────┘
/// ```
///
/// Start at [ropewalk.Ropewalk]; its figures, for whatever you monitor with, are
/// [ropewalk.Metrics].
package ropewalk;
