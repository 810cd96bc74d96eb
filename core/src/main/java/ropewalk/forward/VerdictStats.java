package ropewalk.forward;

/// What has become of all that came so far.
///
/// @param asked how often the judge was asked
/// @param messages messages that the judge decided about, whole or in part
/// @param passed bytes that the own reader got
/// @param dropped bytes that were dropped
/// @param redirected bytes that other sinks accepted
/// @param swept bytes that were copied, because an inbox full of crumbs had to be swept together
public record VerdictStats(
    long asked, long messages, long passed, long dropped, long redirected, long swept) {}
