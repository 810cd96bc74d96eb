package ropewalk.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DoctorTest {
  @Test
  void tellsPeopleInAHundredColumns() {
    Cli told = Cli.run("doctor");
    assertThat(told.code()).as(told.err()).isZero();
    assertThat(told.out())
        .contains("\nEngine\n", "\nRoutes", "\nPool", "\nKernel\n", "\nMissing")
        .containsPattern(" (io_uring|epoll) ")
        .containsPattern("file +file +copy_file_range");
    assertThat(told.out().lines()).allMatch(line -> line.length() <= Table.WIDTH);
  }

  @Test
  void tellsProgramsTheSame() throws IOException {
    Cli told = Cli.run("doctor", "--json");
    assertThat(told.code()).as(told.err()).isZero();
    Map<String, Object> object = JSON.std.mapFrom(told.out());
    assertThat(object)
        .containsOnlyKeys("version", "engine", "facts", "missing", "routes", "prices", "pool");
    assertThat(object.get("engine")).asString().containsAnyOf("io_uring", "epoll");
    assertThat((List<?>) object.get("routes")).isNotEmpty();
    assertThat((List<?>) object.get("facts")).hasSizeGreaterThan(10);
  }
}
