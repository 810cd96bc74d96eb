package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir Path folder;

  @Test
  void theNameStaysWhatItWasUntilKept() throws IOException {
    Path target = Files.writeString(folder.resolve("a"), "old");
    try (WholeFile whole = WholeFile.beside(target)) {
      Files.writeString(whole.path(), "new");
      assertThat(target).hasContent("old");
      whole.keep();
    }
    assertThat(target).hasContent("new");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void whatIsNotKeptIsRemoved() throws IOException {
    try (WholeFile whole = WholeFile.beside(folder.resolve("a"))) {
      Files.writeString(whole.path(), "half");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void nothingIsKeptOnceItIsOver() throws IOException {
    WholeFile whole = WholeFile.beside(folder.resolve("a"));
    Files.writeString(whole.path(), "half");
    whole.close();
    assertThatThrownBy(whole::keep).hasMessageContaining("given up");
    assertThat(names()).isEmpty();
  }

  @Test
  void permissionsAndLinksStay() throws IOException {
    Path target = Files.writeString(folder.resolve("a"), "old");
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a"));
    try (WholeFile whole = WholeFile.beside(link)) {
      Files.writeString(whole.path(), "new");
      whole.keep();
    }
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-r-----");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).toList();
    }
  }
}
