/// Which way bytes go: forwarded whole, or message by message as a function says.
///
/// ```
///                      +-- Parser: how long is it?     +--> own sink: whoever reads (PASS)
///   Source --fill--> inbox --> Judge: what of it? -----+--> another sink       (REDIRECT)
///                      |                               +--> nowhere                (DROP)
///                      +-- Message: a look at the front, not a copy      asked again (CORK)
///
///   fragments [offset, offset + length) ---- Forward ----> Socket, again and again if need be
/// ```
///
/// Rules:
/// 1. What goes on is the references that came, provenance, charges and all. Nothing is copied, but
///    for crumbs: an inbox whose every slot holds some bytes is swept together, and that is
///    counted.
/// 2. Order of bytes is kept for each target, and a target that is slow holds the source back.
/// 3. A message is never lost silently: what its target did not accept is in front of the inbox,
///    the exception names the target, and the caller decides anew.
/// 4. One thread at a time; nothing here has a lock of its own.
///
/// The kernel's models are `skb_send_sock` for [Forward] and sockmap's programs (`sk_skb` with its
/// stream parser, `sk_msg` with apply and cork counts) for [Verdicts] (contract 1.20, 1.21). Read
/// in this order: [Forward]; [Action], [Message], [Parser], [Judge], [Verdicts].
package ropewalk.forward;
