package ropewalk.bio;

/// What a queue has done so far: a snapshot, each figure true for itself, together only at rest.
///
/// At rest `inFlight` is 0 and `issued == done + failed`.
///
/// @param issued I/Os handed to the kernel
/// @param done those that came back with a count
/// @param failed those that came back with an error
/// @param inFlight those under way at the moment
/// @param inFlightMax the most that were under way at one time
/// @param bytes bytes that went or came
/// @param merged ranges of memory that became one segment with the range before
/// @param split I/Os that are the front of a larger one, cut off at a limit
/// @param bounced bytes copied because offset, length or memory did not fit the alignment
/// @param kept blocks that were read first, because a write covered them only in part
/// @param holes bytes that read as zeros without an I/O
/// @param latency how long I/Os took
public record BioStats(
    long issued,
    long done,
    long failed,
    int inFlight,
    int inFlightMax,
    long bytes,
    long merged,
    long split,
    long bounced,
    long kept,
    long holes,
    Latency latency) {}
