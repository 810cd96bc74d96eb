package ropewalk.iov;

/// What one move has copied (invariant 7): bytes copied in user space, counted by [Copy] as it
/// copies them, and bytes copied by the kernel, as the route declares them.
///
/// Not shared: one move counts into one tally, on whatever thread moves at the time, and what hands
/// the move over hands the tally over with it.
public final class Tally {

  private long copiedUser;
  private long copiedKernel;
  private long given;
  private long stolen;

  /// Nothing copied.
  public Tally() {}

  /// Bytes copied in user space.
  public long copiedUser() {
    return copiedUser;
  }

  /// Bytes copied by the kernel.
  public long copiedKernel() {
    return copiedKernel;
  }

  /// Counts bytes copied in user space: for [Copy] and the named bridges.
  public void addUser(long bytes) {
    copiedUser += bytes;
  }

  /// Declares bytes copied by the kernel: for routes.
  public void addKernel(long bytes) {
    copiedKernel += bytes;
  }

  /// Bytes whose pages were given to the kernel.
  public long given() {
    return given;
  }

  /// Counts bytes whose pages were given to the kernel: nobody copied them.
  public void addGiven(long bytes) {
    given += bytes;
  }

  /// Bytes that came as whole pages and were taken over with them.
  public long stolen() {
    return stolen;
  }

  /// Counts bytes whose pages were taken over: nobody copied them in user space.
  public void addStolen(long bytes) {
    stolen += bytes;
  }

  /// Adds all that `other` counted.
  public void add(Tally other) {
    copiedUser += other.copiedUser;
    copiedKernel += other.copiedKernel;
    given += other.given;
    stolen += other.stolen;
  }

  /// For messages.
  @Override
  public String toString() {
    return "Tally[copiedUser=" + copiedUser + ", copiedKernel=" + copiedKernel + "]";
  }
}
