package ropewalk.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.ModuleExportInfo;
import java.lang.constant.ModuleDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What each floor may do: only the ground calls native code, a module grants what the plan says,
/// and every room has a sign at its door (a package-info with a drawing).
class FloorTest {
  /// Owner and method of what the virtual machine calls restricted, and of the ways around it.
  private static final Map<String, Set<String>> RESTRICTED =
      Map.of(
          "java/lang/foreign/Linker", Set.of("nativeLinker", "downcallHandle", "upcallStub"),
          "java/lang/foreign/SymbolLookup", Set.of("libraryLookup", "loaderLookup"),
          "java/lang/foreign/MemorySegment", Set.of("reinterpret"),
          "java/lang/foreign/AddressLayout", Set.of("withTargetLayout"),
          "java/lang/ModuleLayer$Controller", Set.of("enableNativeAccess"),
          "java/lang/System", Set.of("load", "loadLibrary"),
          "java/lang/Runtime", Set.of("load", "loadLibrary"));

  /// What a module may read besides java.base. Static ones are for the compiler alone.
  private static final Map<String, Set<String>> READS =
      Map.of(
          "linux", Set.of(),
          "core", Set.of("ropewalk.linux", "jdk.jfr"),
          "protocols", Set.of("ropewalk.core", "org.apache.httpcomponents.core5.httpcore5"),
          "app",
              Set.of(
                  "ropewalk.linux",
                  "ropewalk.core",
                  "ropewalk.protocols",
                  "info.picocli",
                  "com.fasterxml.jackson.jr.ob"));

  @Test
  void onlyTheGroundCallsNativeCode() {
    List<String> complaints = new ArrayList<>();
    for (String module : House.STOREYS.subList(1, House.STOREYS.size())) {
      complaints.addAll(nativeCode(House.classes(module)));
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void theGroundItselfIsSeenCallingNativeCode() {
    assertThat(nativeCode(House.classes("linux"))).isNotEmpty();
  }

  @Test
  void modulesGrantWhatThePlanSays() {
    for (String module : House.STOREYS) {
      ModuleAttribute grants = module(House.classes(module));
      assertThat(grants.moduleName().name().stringValue()).isEqualTo("ropewalk." + module);
      assertThat(exports(grants)).as("exports of %s", module).allMatch(Order::knows);
      assertThat(exports(grants))
          .as("exports of %s", module)
          .allMatch(room -> Order.moduleOf(room).equals(module));
      assertThat(READS.get(module)).as("what %s reads", module).containsAll(reads(grants));
      assertThat(grants.moduleFlags()).as("%s is an open module", module).isEmpty();
    }
  }

  @Test
  void everyRoomHasASignWithADrawing() {
    assertThat(roomsWithoutSign()).isEmpty();
  }

  @Test
  void nativeCodeAboveTheGroundIsSeen() {
    String source =
        """
        package ropewalk.page;
        class Sly {
          static native void jni();
          java.lang.foreign.MemorySegment all() {
            return java.lang.foreign.MemorySegment.NULL.reinterpret(1L << 47);
          }
          java.util.function.Supplier<Object> linker() {
            return java.lang.foreign.Linker::nativeLinker;
          }
        }
        """;
    assertThat(nativeCode(Offender.compile("ropewalk.page.Sly", source)))
        .hasSize(3)
        .anyMatch(it -> it.contains("Sly#jni is native"))
        .anyMatch(it -> it.contains("Sly#all calls java.lang.foreign.MemorySegment.reinterpret"))
        .anyMatch(it -> it.contains("Sly#linker calls java.lang.foreign.Linker.nativeLinker"));
  }

  @Test
  void aSignWithoutADrawingIsSeen() {
    assertThat(isSign("/// Pages.\npackage x;")).isFalse();
    assertThat(isSign("/// Pages.\n///\n/// ```\n/// a -> b\n/// ```\npackage x;")).isTrue();
  }

  private static List<String> nativeCode(List<ClassModel> classes) {
    List<String> complaints = new ArrayList<>();
    for (ClassModel model : classes) {
      model.methods().stream()
          .filter(method -> method.flags().has(AccessFlag.NATIVE))
          .map(it -> Calls.nameOf(model) + "#" + it.methodName().stringValue() + " is native")
          .forEach(complaints::add);
      Calls.in(model).stream()
          .filter(call -> RESTRICTED.getOrDefault(call.owner(), Set.of()).contains(call.name()))
          .map(Object::toString)
          .forEach(complaints::add);
    }
    return complaints;
  }

  private static ModuleAttribute module(List<ClassModel> classes) {
    return classes.stream()
        .flatMap(model -> model.findAttribute(Attributes.module()).stream())
        .findFirst()
        .orElseThrow(() -> new AssertionError("a storey without module-info"));
  }

  private static Set<String> exports(ModuleAttribute grants) {
    Set<String> rooms = new TreeSet<>();
    for (ModuleExportInfo export : grants.exports()) {
      rooms.add(export.exportedPackage().name().stringValue().replace('/', '.'));
    }
    return rooms;
  }

  private static Set<String> reads(ModuleAttribute grants) {
    Set<String> modules = new TreeSet<>();
    grants.requires().stream()
        .filter(it -> !it.requiresFlags().contains(AccessFlag.STATIC_PHASE))
        .map(it -> it.requires().asSymbol())
        .map(ModuleDesc::name)
        .filter(name -> !name.startsWith("java."))
        .forEach(modules::add);
    return modules;
  }

  /// Packages with sources but no package-info that draws, in storeys and beside them.
  private static Set<String> roomsWithoutSign() {
    Set<String> complaints = new TreeSet<>();
    for (Path source : House.files(it -> it.endsWith(".java") && it.contains("src/main/java/"))) {
      Path sign = source.resolveSibling("package-info.java");
      if (source.endsWith("module-info.java")
          || isSign(Files.exists(sign) ? House.text(sign) : "")) {
        continue;
      }
      complaints.add(House.name(sign) + " has no drawing");
    }
    return complaints;
  }

  private static boolean isSign(String packageInfo) {
    return packageInfo.lines().filter(line -> line.strip().equals("/// ```")).count() >= 2;
  }
}
