package ropewalk.http;

/// A request that is not served: the status to answer with and one sentence that says why, for the
/// log and for the body.
///
/// Most refusals come from a head that could be read in two ways. After such a one nobody knows
/// where the next request begins, so [#endsConnection()] is true and the server closes behind its
/// answer.
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final Status status;
  private final boolean endsConnection;

  private Refusal(Status status, String why, boolean endsConnection) {
    super(
        why, null, false,
        false); // thrown at strangers' wish: no stack trace, it would cost more than the answer
    this.status = status;
    this.endsConnection = endsConnection;
  }

  /// A refusal after which the connection goes on: the head was sound, what it asked for was not.
  public static Refusal of(Status status, String why) {
    return new Refusal(status, why, false);
  }

  /// A refusal after which the connection ends, because the place of the next request is in doubt.
  public static Refusal ending(Status status, String why) {
    return new Refusal(status, why, true);
  }

  /// What to answer with.
  public Status status() {
    return status;
  }

  /// The sentence that says why; never null, unlike [#getMessage()] in general.
  public String why() {
    return String.valueOf(getMessage());
  }

  /// Whether the server must close behind its answer.
  public boolean endsConnection() {
    return endsConnection;
  }
}
