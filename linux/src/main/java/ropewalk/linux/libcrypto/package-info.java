/// The one other native library, optional: digests over native memory.
///
/// ```
///   pages (address, length) ---> EvpDigest.update ---> libcrypto.so.3     no copy, no heap
///                                EvpDigest.finish ---> byte[]
///
///   not there?  LibCrypto.find() is empty, LibCrypto.whyNot() says what was tried
/// ```
///
/// Reading order: [LibCrypto][ropewalk.linux.libcrypto.LibCrypto],
/// [EvpDigest][ropewalk.linux.libcrypto.EvpDigest].
package ropewalk.linux.libcrypto;
