package ropewalk.house;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Sources that break a rule, compiled in memory: each house test is shown one and must object.
final class Offender {
  private Offender() {}

  /// Compiles `sources` (class name, then source, alternating) and parses what comes out.
  static List<ClassModel> compile(String... sources) {
    List<JavaFileObject> units = new ArrayList<>();
    for (int i = 0; i < sources.length; i += 2) {
      units.add(new Source(sources[i], sources[i + 1]));
    }
    Map<String, ByteArrayOutputStream> classes = new TreeMap<>();
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    StringBuilder log = new StringBuilder();
    boolean compiled =
        javac
            .getTask(
                null,
                new InMemory(javac.getStandardFileManager(null, null, null), classes),
                diagnostic -> log.append(diagnostic).append('\n'),
                List.of("-proc:none"),
                null,
                units)
            .call();
    if (!compiled) {
      throw new IllegalArgumentException("the offender itself does not compile:\n" + log);
    }
    return classes.values().stream()
        .map(bytes -> ClassFile.of().parse(bytes.toByteArray()))
        .toList();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("mem:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes;

    InMemory(JavaFileManager below, Map<String, ByteArrayOutputStream> classes) {
      super(below);
      this.classes = classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, javax.tools.FileObject sibling) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      classes.put(name, bytes);
      return new SimpleJavaFileObject(URI.create("mem:///" + name + ".class"), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }
  }
}
