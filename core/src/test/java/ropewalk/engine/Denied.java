package ropewalk.engine;

/// Whether this run denies io_uring to itself, as container profiles do: the second run of this
/// module's tests, see its pom.
public final class Denied {
  private Denied() {}

  static boolean isOn() {
    return System.getProperty("ropewalk.deny", "").equals("io_uring");
  }

  /// The engine to ask for instead of `choice`: what denies io_uring has nothing to say to those
  /// who insist on it.
  public static Engine.Choice granted(Engine.Choice choice) {
    return isOn() && choice == Engine.Choice.IO_URING ? Engine.Choice.AUTO : choice;
  }
}
