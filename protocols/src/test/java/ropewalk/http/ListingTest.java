package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingTest {
  private static final Instant THEN = Instant.parse("2026-01-01T12:00:59Z");

  @Test
  void directoriesComeFirstThenNamesInOrder() throws Exception {
    String page =
        Listing.page(
            RequestPath.of("/d/"),
            List.of(file("b"), file("a"), directory("z"), directory("y")),
            false);
    assertThat(page.indexOf("./y/")).isPositive();
    assertThat(List.of("./y/\"", "./z/\"", "./a\"", "./b\""))
        .isSortedAccordingTo(
            (one, other) -> Integer.compare(page.indexOf(one), page.indexOf(other)));
    assertThat(page)
        .contains("href=\"../\"", "2026-01-01 12:00", ">12345<")
        .doesNotContain("12:00:59");
  }

  @Test
  void theRootHasNoParent() throws Exception {
    assertThat(Listing.page(RequestPath.of("/"), List.of(), false)).doesNotContain("../");
  }

  @Test
  void aCutListingSaysSo() throws Exception {
    RequestPath root = RequestPath.of("/");
    assertThat(Listing.page(root, List.of(file("a")), true)).contains("the first 1.");
    assertThat(Listing.page(root, List.of(file("a")), false)).doesNotContain("the first");
  }

  @Test
  void namesAreTextAndNothingElse() throws Exception {
    String page =
        Listing.page(
            RequestPath.of("/%3Cscript%3E/"),
            List.of(
                file("<img src=x onerror=\"alert('1')\">&"),
                file("javascript:x"),
                file("a\nb"),
                file("a?b#c%2e")),
            false);
    assertThat(page)
        .contains("<h1>/&lt;script&gt;/</h1>")
        .contains("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;")
        .contains("href=\"./javascript%3Ax\"")
        .contains("a\ufffdb")
        .contains("href=\"./a%3Fb%23c%252e\"")
        .doesNotContain("<script>")
        .doesNotContain("<img");
  }

  private static Listing.Entry file(String name) {
    return new Listing.Entry(name, false, 12345, THEN);
  }

  private static Listing.Entry directory(String name) {
    return new Listing.Entry(name, true, 4096, THEN);
  }
}
