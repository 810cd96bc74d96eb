/// What a program looks like that moves bytes.
///
/// ```
///   SendFile             file ──────────────► socket            move, and what it cost
///   TeeWithDigest        file ──► digest ──┬► socket            read once, hashed once,
///                                          └► another           sent twice
///   OverwriteWhileSending   file ──► slow socket                written meanwhile: the old
///                            ▲                                  bytes arrive, the new ones stay
///                          write
///   GivePages            pages ──► pipe ──► file                taken over, copied by nobody
/// ```
@NullMarked
package ropewalk.examples;

import org.jspecify.annotations.NullMarked;
