package ropewalk.engine;

/// What a lane has done so far.
///
/// @param asked requests that were prepared
/// @param answered answers that came, taken or not; those of cancels are not counted
/// @param calls system calls to hand over and to wait, or plain calls on files
/// @param fixed of the asked ones, those into or out of registered memory
/// @param resubmitted requests that had to be asked again
/// @param most the most requests that were in flight at one time
/// @param registered bytes that are registered at the moment
public record LaneStats(
    long asked,
    long answered,
    long calls,
    long fixed,
    long resubmitted,
    int most,
    long registered) {}
