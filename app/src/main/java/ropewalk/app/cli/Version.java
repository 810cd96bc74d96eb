package ropewalk.app.cli;

import java.lang.module.ModuleDescriptor;
import picocli.CommandLine.IVersionProvider;

/// `--version`: ours, the JDK's and the kernel's, in one line that a bug report can quote.
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {line()};
  }

  /// Joined from plain strings, for a formatter costs as much as half the start of the JVM.
  static String line() {
    return String.join(
        "",
        "ropewalk ",
        number(),
        " (JDK ",
        Runtime.version().toString(),
        ", Linux ",
        System.getProperty("os.version"),
        ", ",
        System.getProperty("os.arch"),
        ")");
  }

  /// The version the build gave this module; a class folder has none.
  static String number() {
    ModuleDescriptor descriptor = Version.class.getModule().getDescriptor();
    return descriptor == null ? "unpackaged" : descriptor.rawVersion().orElse("unpackaged");
  }
}
