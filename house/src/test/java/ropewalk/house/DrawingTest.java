package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DrawingTest {
  @Test
  void storeysAreRead() {
    String page =
        """
        ```
        app        cli                        what was asked
        core       (face)                     the root package
                   file  net                  where bytes live (strangers)
        linux      uring  libcrypto           asking the kernel; optional
                   (root)                     the kernel's words
        ```
        """;
    assertThat(Drawing.storeys(page))
        .isEqualTo(
            Map.of(
                "app", Set.of("ropewalk.app.cli"),
                "core", Set.of("ropewalk", "ropewalk.file", "ropewalk.net"),
                "linux",
                    Set.of("ropewalk.linux", "ropewalk.linux.uring", "ropewalk.linux.libcrypto")));
  }

  @Test
  void treesAreRead() {
    String page =
        """
        ```
        ropewalk/
          docs/        manual pages, design notes
            man/       one per command
          api/
        house/src/test/     beside the root
        a line that draws nothing
        ```
        """;
    assertThat(Drawing.paths(page))
        .containsExactly("", "docs/", "docs/man/", "api/", "house/src/test/");
  }
}
