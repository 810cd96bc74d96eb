package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What others can call stands in `api/*.txt`, so that a change of it shows in the diff. After a
/// change that is meant: `./mvnw -pl house -am verify -Dropewalk.surface.write=true`.
class SurfaceTest {
  @ParameterizedTest
  @ValueSource(strings = {"linux", "core", "protocols"})
  void theSurfaceIsWhatTheFileSays(String module) throws IOException {
    String actual = Surface.of(House.classes(module));
    Path file = House.ROOT.resolve("api/ropewalk." + module + ".txt");
    if (Boolean.getBoolean("ropewalk.surface.write")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
    }
    assertThat(actual)
        .as("%s; if this is meant, rewrite it with -Dropewalk.surface.write=true", House.name(file))
        .isEqualTo(House.text(file));
  }

  @Test
  void whatOthersCanCallIsRenderedAndNothingElse() {
    String module = "module x { exports ropewalk.page; }";
    String folio =
        """
        package ropewalk.page;
        public abstract sealed class Folio<T extends Comparable<T>> implements AutoCloseable {
          public static final int SIZE = 1 << 12;
          long hidden;
          protected java.util.Map<String, ? super T[]> held;
          Folio() {}
          public abstract <E extends Exception> T read(long at, byte... into) throws E;
          void secret() {}
          @Deprecated public void close() {}
          public enum Kind { RING, GIFT }
          public record Range(long from, long to) {}
          static final class Own<T extends Comparable<T>> extends Folio<T> {
            public <E extends Exception> T read(long at, byte... into) throws E { return null; }
          }
        }
        """;
    String hidden = "package ropewalk.inner; public class Hidden { public void seen() {} }";
    List<ClassModel> classes =
        Offender.compile(
            "module-info", module, "ropewalk.page.Folio", folio, "ropewalk.inner.Hidden", hidden);
    assertThat(Surface.of(classes))
        .isEqualTo(
            """
            module x
              exports ropewalk.page

            public abstract sealed class ropewalk.page.Folio<T extends Comparable<T>> \
            implements AutoCloseable
              protected java.util.Map<String, ? super T[]> held
              public abstract <E extends Exception> T read(long, byte...) throws E
              public static final int SIZE = 4096
              public void close()

            public static final enum ropewalk.page.Folio$Kind extends Enum<ropewalk.page.Folio$Kind>
              public static final ropewalk.page.Folio$Kind GIFT
              public static final ropewalk.page.Folio$Kind RING
              public static ropewalk.page.Folio$Kind valueOf(String)
              public static ropewalk.page.Folio$Kind[] values()

            public static final record ropewalk.page.Folio$Range extends Record
              public Range(long, long)
              public final String toString()
              public final boolean equals(Object)
              public final int hashCode()
              public long from()
              public long to()
            """);
  }
}
