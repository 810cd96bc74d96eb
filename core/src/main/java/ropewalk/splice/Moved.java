package ropewalk.splice;

import java.util.List;

/// What a move did: how many bytes the sink accepted, what that cost, which way they went and why.
///
/// @param accepted bytes that the sink has taken; each was reported to nobody else
/// @param copiedUser bytes that our own code copied on the way, counted (never estimated)
/// @param copiedKernel bytes that the kernel copied on the way, as the route declares it
/// @param route the way taken, such as `copy_file_range` or `lend+gather`
/// @param declined the ways that were asked first and why each declined, `route: reason`
/// @param ticket what is known of the source's memory now
public record Moved(
    long accepted,
    long copiedUser,
    long copiedKernel,
    String route,
    List<String> declined,
    Ticket ticket) {

  /// Keeps a copy of `declined`.
  public Moved {
    declined = List.copyOf(declined);
  }

  @Override
  public String toString() {
    return "Moved[accepted=%d, route=%s, copiedUser=%d, copiedKernel=%d, %s]"
        .formatted(accepted, route, copiedUser, copiedKernel, stability());
  }

  private String stability() {
    String words = ticket.assurance().isEmpty() ? "" : ", " + ticket.assurance();
    if (!ticket.isStable()) {
      return "live" + words;
    }
    return (ticket.isGiven() ? "stable, given" : "stable") + words;
  }
}
