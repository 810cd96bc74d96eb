package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Papers rot unless a test reads them: drawn trees, links, and the list of what we depend on.
class PapersTest {
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");
  private static final Pattern ARTIFACT =
      Pattern.compile("(?s)<dependency>.*?<artifactId>([^<]+)</artifactId>");

  @Test
  void linksLeadSomewhere() {
    List<String> complaints = new ArrayList<>();
    for (Path page : House.files(path -> path.endsWith(".md"))) {
      complaints.addAll(brokenLinks(page, House.text(page)));
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void theDrawnHouseIsTheBuiltOne() {
    assertThat(Drawing.storeys(House.text(House.ROOT.resolve("ARCHITECTURE.md"))))
        .as("rooms drawn in ARCHITECTURE.md, and rooms built")
        .isEqualTo(Drawing.built());
  }

  @Test
  void everyPathInADrawnTreeExists() {
    List<String> complaints = new ArrayList<>();
    for (String page : List.of("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")) {
      for (String path : Drawing.paths(House.text(House.ROOT.resolve(page)))) {
        if (!Files.exists(House.ROOT.resolve(path))) {
          complaints.add(page + " draws " + path);
        }
      }
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void everyModuleIsInADrawing() {
    String page = House.text(House.ROOT.resolve("ARCHITECTURE.md"));
    Set<String> drawn = new TreeSet<>(Drawing.storeys(page).keySet());
    Drawing.paths(page).forEach(path -> drawn.add(path.replaceAll("/.*", "")));
    Set<String> modules = new TreeSet<>();
    Matcher module =
        Pattern.compile("<module>([^<]+)</module>")
            .matcher(House.text(House.ROOT.resolve("pom.xml")));
    while (module.find()) {
      modules.add(module.group(1));
    }
    assertThat(drawn).containsAll(modules);
  }

  @Test
  void everyDependencyIsADecision() {
    String decisions = House.text(House.ROOT.resolve("docs/decisions.md"));
    Set<String> unnamed = new TreeSet<>();
    for (Path pom : House.files(path -> path.endsWith("pom.xml"))) {
      unnamed.addAll(unnamed(House.text(pom), decisions));
    }
    assertThat(unnamed).as("dependencies that docs/decisions.md does not name").isEmpty();
  }

  @Test
  void eachKindOfRotIsSeen() {
    Path page = House.ROOT.resolve("README.md");
    assertThat(
            brokenLinks(page, "[a](no/such.md) [b](LICENSE) [c](https://x.y/z) [d](#here)\n# Here"))
        .containsExactly("README.md links to no/such.md");
    assertThat(brokenLinks(page, "[a](#gone)\n# Here, and there"))
        .containsExactly("README.md links to #gone");
    assertThat(brokenLinks(page, "[a](#here-and-there)\n# Here, and there")).isEmpty();
    assertThat(
            unnamed(
                "<dependency><groupId>a</groupId><artifactId>left-pad</artifactId></dependency>"
                    + "<dependency><artifactId>known</artifactId></dependency>",
                "we need `known`"))
        .containsExactly("left-pad");
  }

  private static List<String> brokenLinks(Path page, String text) {
    List<String> complaints = new ArrayList<>();
    Matcher link = LINK.matcher(withoutFences(text));
    while (link.find()) {
      String target = link.group(1);
      if (target.matches("[a-z]+:.*")) {
        continue; // another site's
      }
      String[] parts = target.split("#", 2);
      Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
      boolean leads = Files.exists(file);
      if (leads && parts.length == 2 && file.toString().endsWith(".md")) {
        leads = anchors(file.equals(page) ? text : House.text(file)).contains(parts[1]);
      }
      if (!leads) {
        complaints.add(House.name(page) + " links to " + target);
      }
    }
    return complaints;
  }

  private static String withoutFences(String text) {
    return text.replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "");
  }

  /// Anchors as the usual renderers make them: lower case, blanks to dashes, the rest dropped.
  private static Set<String> anchors(String text) {
    Set<String> anchors = new TreeSet<>();
    Matcher heading = HEADING.matcher(text.replaceAll("(?s)```.*?```", ""));
    while (heading.find()) {
      anchors.add(
          heading
              .group(1)
              .strip()
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .replace(' ', '-'));
    }
    return anchors;
  }

  private static Set<String> unnamed(String pom, String decisions) {
    Set<String> unnamed = new TreeSet<>();
    Matcher artifact = ARTIFACT.matcher(pom);
    while (artifact.find()) {
      String name = artifact.group(1);
      if (!name.startsWith("ropewalk-") && !decisions.contains(name)) {
        unnamed.add(name);
      }
    }
    return unnamed;
  }
}
