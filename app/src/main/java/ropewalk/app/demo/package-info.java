/// What runs behind `./ropewalk demo`: experiments that show what the house promises, beside what
/// the JDK does on the same machine in the same minute. Each measures; none knows the answer.
///
/// ```
///   Handing: their way, our way ──┬── Exposure   a slow send while the file is overwritten
///                                 │      └── Strip: what came, page by page ── Drawing
///                                 └── Signing    reads that are signed and sent under writers
///   LifeDemo ── Biography ── LifeLine: one version's life ── LifeDrawing
/// ```
///
/// Rules: both ways get the same file, the same peer and the same writer; what arrives is looked at
/// byte by byte; whatever is found is said, also if it is not what was hoped for.
///
/// Read [ropewalk.app.demo.Exposure], [ropewalk.app.demo.Signing], [ropewalk.app.demo.LifeDemo].
@NullMarked
package ropewalk.app.demo;

import org.jspecify.annotations.NullMarked;
