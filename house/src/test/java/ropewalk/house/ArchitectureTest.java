package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.ClassModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// An import points down, never sideways, never up. Read from class files, which have every type a
/// class names, and from the `import` lines, which also have those that only docs need.
class ArchitectureTest {
  private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:static )?(ropewalk[\\w.]*?)\\.[A-Z*]");

  @Test
  void importsPointDown() {
    assertThat(upward(House.classes())).isEmpty();
  }

  @Test
  void importsForDocsPointDownToo() {
    List<String> complaints = new ArrayList<>();
    for (Path source : House.files(it -> it.endsWith(".java") && it.contains("src/main/java"))) {
      if (House.STOREYS.stream().anyMatch(it -> House.name(source).startsWith(it + "/"))) {
        complaints.addAll(upward(House.name(source), House.text(source)));
      }
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void theTestkitStandsOnTheGroundAlone() {
    List<String> complaints = new ArrayList<>();
    for (ClassModel model : House.classes("testkit")) {
      for (String type : Calls.ownTypes(model)) {
        String room = Calls.packageOf(type);
        if (!room.startsWith("ropewalk.testkit") && !Order.moduleOf(room).equals("linux")) {
          complaints.add(Calls.nameOf(model) + " names " + type);
        }
      }
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void everyClassStandsInItsModule() {
    List<String> complaints = new ArrayList<>();
    for (String module : House.STOREYS) {
      for (ClassModel model : House.classes(module)) {
        String room = Calls.packageOf(Calls.nameOf(model));
        if (!room.isEmpty() && Order.knows(room) && !Order.moduleOf(room).equals(module)) {
          complaints.add(Calls.nameOf(model) + " is delivered by " + module);
        }
      }
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void anUpwardOrSidewardImportIsSeen() {
    String low = "package ropewalk.page; public class Low { ropewalk.splice.High high; }";
    String high = "package ropewalk.splice; public class High {}";
    assertThat(upward(Offender.compile("ropewalk.page.Low", low, "ropewalk.splice.High", high)))
        .containsExactly("ropewalk.page.Low names ropewalk.splice.High");

    String here = "package ropewalk.file; class Here { Object o = new ropewalk.net.There(); }";
    String there = "package ropewalk.net; public class There {}";
    assertThat(upward(Offender.compile("ropewalk.file.Here", here, "ropewalk.net.There", there)))
        .containsExactly("ropewalk.file.Here names ropewalk.net.There");

    assertThat(
            upward(Offender.compile("ropewalk.attic.New", "package ropewalk.attic; class New {}")))
        .containsExactly("ropewalk.attic.New stands in a package that has no floor");

    assertThat(upward("X.java", "package ropewalk.page;\nimport ropewalk.iov.Copy;\n"))
        .containsExactly("X.java imports ropewalk.iov");
    assertThat(upward("X.java", "package ropewalk.iov;\nimport ropewalk.page.Folio;\n")).isEmpty();
    assertThat(upward("X.java", "package ropewalk.net;\nimport ropewalk.Ropewalk;\n")).hasSize(1);
  }

  static List<String> upward(List<ClassModel> classes) {
    List<String> complaints = new ArrayList<>();
    for (ClassModel model : classes) {
      String from = Calls.packageOf(Calls.nameOf(model));
      if (from.isEmpty()) {
        continue; // module-info
      }
      if (!Order.knows(from)) {
        complaints.add(Calls.nameOf(model) + " stands in a package that has no floor");
      }
      for (String type : Calls.ownTypes(model)) {
        if (!Order.allows(from, Calls.packageOf(type))) {
          complaints.add(Calls.nameOf(model) + " names " + type);
        }
      }
    }
    return complaints;
  }

  static List<String> upward(String name, String source) {
    List<String> complaints = new ArrayList<>();
    Matcher room = PACKAGE.matcher(source);
    if (room.find()) {
      Matcher imported = IMPORT.matcher(source);
      while (imported.find()) {
        if (!Order.allows(room.group(1), imported.group(1))) {
          complaints.add(name + " imports " + imported.group(1));
        }
      }
    }
    return complaints;
  }
}
