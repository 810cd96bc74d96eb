/// What may be done to pages on their way: read them for a digest. In-place work needs a writable
/// range, which a borrowed page can't give.
///
/// ```
///   Source ──► DigestSource ──► Pipe ──► Sink        the pages pass; the digest reads each byte once
///                   │
///                 Digest ── libcrypto, in place  |  the JDK's, by one counted copy
/// ```
package ropewalk.crypto;
