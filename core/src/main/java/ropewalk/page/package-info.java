/// Who owns the bytes: folios, the word that says who may do what with them, the references that
/// flow through the house, and the pool they come from and return to.
///
/// ```
///   FolioPool --take--> PageRef --fill, publish--> frozen --lend--> PageRef --+
///      |  ^               |                          |                        |
///      |  |               v                          v                        v
///      |  |            +----------------------- Folio ------------------------------+
///      |  |            |  address, size, and one word (FolioWord):                  |
///      |  |            |  flags | reads | pins | loans | references                 |
///      |  |            +-----------------------------------------------------------+
///      |  +----------------- the last reference brings it back --------------------+
///      v
///    Slab (RING: may be registered)   Slab (GIFT: may be given)      Buddy: which runs are free
/// ```
///
/// Rules:
/// 1. A folio's references are zero exactly when it is in the pool (invariant 1).
/// 2. To receive a PageRef is to own it (invariant 2); methods say *takes*, *lends* or *gives*.
/// 3. What was published does not change while anybody else may look (invariant 4). Writing again
///    takes a steal or a claim, each one compare-and-set; refused, the writer makes a new version.
/// 4. Loans are charged to their borrower; refused, the caller copies.
///
/// Read in this order: [FolioWord], [Transition], [Folio], [Fragment], [PageRef], [FolioPool],
/// [PoolPlan], [FragCache]; then Slab, Buddy, Handle, Handles and Striped for how it is done,
/// [Ceilings] and [Leaks] for the rest. To see it at work: [PoolStats] counts, `PageEvents` tells
/// Flight Recorder of gifts and drops, a [FolioWatch] follows one folio home.
package ropewalk.page;
