package ropewalk.engine;

/// What an engine has done so far: a snapshot, each figure true for itself, together only at rest.
///
/// At rest `submitted == completed`, cancels not counted; `inlined` of these never parked anybody.
///
/// @param submitted requests given to the kernel that it answers later (ring entries; armings of
///   epoll)
/// @param completed answers that came back
/// @param parked times a thread, virtual or not, really slept in the engine
/// @param inlined requests already answered when the call that submitted them returned
/// @param resubmitted requests that died with a thread that had nothing to do with them, and were
///   asked again
/// @param handed calls that were handed to a worker because they might have held a carrier
/// @param fixed of the submitted ones, those into or out of registered memory
/// @param registered bytes that are registered at the moment
/// @param workers worker threads alive at the moment
public record EngineStats(
    long submitted,
    long completed,
    long parked,
    long inlined,
    long resubmitted,
    long handed,
    long fixed,
    long registered,
    int workers) {}
