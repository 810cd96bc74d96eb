/// How bytes move: a source fills, a sink drains, and a route may know a shorter way.
///
/// ```
///              ┌──────────── Route (kernel) ────────────┐
///              │  copy_file_range  sendfile  splice      │
///   Source ────┤                                        ├──► Sink      ──►  Moved
///              │         fill ──► Pipe ──► drain         │
///              └──────────── Route (pages) ─────────────┘
/// ```
///
/// Rules: a short splice is a result; a route may decline and the next is asked; whatever was
/// accepted is reported once, whatever was not is brought again or reported as lost; `strict` is
/// the default and `relaxed` has to be asked for by name.
///
/// Read in this order: [ropewalk.splice.Source], [ropewalk.splice.Sink], [ropewalk.splice.End],
/// [ropewalk.splice.Route], [ropewalk.splice.Splice], [ropewalk.splice.Moved],
/// [ropewalk.splice.Ticket].
package ropewalk.splice;
