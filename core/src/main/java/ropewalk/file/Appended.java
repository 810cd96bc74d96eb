package ropewalk.file;

/// Where an append came to lie, and how much of it: known when it is done, and only then.
///
/// @param offset where its first byte is
/// @param bytes how many bytes were written
public record Appended(long offset, long bytes) {}
