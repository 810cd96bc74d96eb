package ropewalk.app.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import ropewalk.splice.Moved;

/// What a copy has to tell when it is done.
///
/// @param moved what the move did
/// @param seconds how long it took, without the start of the virtual machine
/// @param hashes checksum by algorithm, in the order in which they were asked for
record Report(Moved moved, double seconds, Map<String, String> hashes) {

  /// One object, one line.
  String json() throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("bytes", moved.accepted());
    object.put("copiedUser", moved.copiedUser());
    object.put("copiedKernel", moved.copiedKernel());
    object.put("route", moved.route());
    object.put("seconds", Math.round(seconds * 1e6) / 1e6);
    object.put("hash", hashes);
    return JSON.std.asString(object);
  }

  /// One sentence for people.
  String sentence() {
    double bytes = moved.accepted();
    return "%s in %s s (%s/s) by %s; copied: %s by us, %s by the kernel"
        .formatted(
            ByteSize.say(bytes),
            String.format(Locale.ROOT, "%.3f", seconds),
            ByteSize.say(bytes / Math.max(seconds, 1e-9)),
            moved.route(),
            ByteSize.say((double) moved.copiedUser()),
            ByteSize.say((double) moved.copiedKernel()));
  }

  /// A line for each checksum, as `sha256sum --tag` prints them, so that `sha256sum --check` reads
  /// them.
  String checksums(String name) {
    StringBuilder lines = new StringBuilder();
    hashes.forEach(
        (algorithm, hex) ->
            lines
                .append(algorithm.toUpperCase(Locale.ROOT))
                .append(" (")
                .append(name)
                .append(") = ")
                .append(hex)
                .append('\n'));
    return lines.toString();
  }
}
