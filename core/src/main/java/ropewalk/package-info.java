/// The face: what most users will ever need.
///
/// ```
///            ┌────────────────────── Ropewalk ──────────────────────┐
///   file ───►│  Source ──► Pipe ──► Sink    pool · engine · cache   │───► socket
///            └──────────────────────────────────────────────────────┘
/// ```
///
/// Start at [ropewalk.Ropewalk].
package ropewalk;
