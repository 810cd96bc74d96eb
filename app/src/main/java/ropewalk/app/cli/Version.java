package ropewalk.app.cli;

import java.lang.module.ModuleDescriptor;
import org.jspecify.annotations.Nullable;

/// `--version`: ours, the JDK's and the kernel's, in one line that a bug report can quote.
///
/// Scripts ask for it at every start, so it stands alone: it needs no other class of ours and
/// neither modules nor picocli, and the launcher runs it from the class path.
final class Version {
  private Version() {}

  /// Prints the line.
  public static void main(String[] words) {
    System.out.println(line());
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

  /// The version that the build wrote into the module's descriptor, and into the manifest for the
  /// class path; a class folder on the class path has neither.
  static String number() {
    ModuleDescriptor descriptor = Version.class.getModule().getDescriptor();
    @Nullable String manifest = Version.class.getPackage().getImplementationVersion();
    String otherwise = manifest == null ? "unpackaged" : manifest;
    return descriptor == null ? otherwise : descriptor.rawVersion().orElse(otherwise);
  }
}
