package ropewalk.house;

import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.MethodHandleEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a class file names: types, and calls with the place they are made from.
final class Calls {
  private static final Pattern TYPE_IN_DESCRIPTOR = Pattern.compile("L(ropewalk/[\\w/$]+)[;<]");

  /// A call, or a method reference, of `owner.name` made in `place` (`pkg.Class#method`).
  record Call(String place, String owner, String name, String descriptor) {
    @Override
    public String toString() {
      return place + " calls " + owner.replace('/', '.') + "." + name + descriptor;
    }
  }

  private Calls() {}

  /// The class's name with dots; nested classes keep their `$`.
  static String nameOf(ClassModel model) {
    return model.thisClass().asInternalName().replace('/', '.');
  }

  /// The package of a class name with dots.
  static String packageOf(String className) {
    int dot = className.lastIndexOf('.');
    return dot < 0 ? "" : className.substring(0, dot);
  }

  /// True for module-info and package-info.
  static boolean isInfo(ClassModel model) {
    return nameOf(model).endsWith("-info");
  }

  /// The names of all our own classes that this one mentions: in code, descriptors, signatures and
  /// annotations.
  static Set<String> ownTypes(ClassModel model) {
    Set<String> types = new TreeSet<>();
    for (PoolEntry entry : model.constantPool()) {
      if (entry instanceof ClassEntry type && type.asInternalName().startsWith("ropewalk/")) {
        types.add(type.asInternalName().replace('/', '.'));
      }
      if (entry instanceof Utf8Entry text) {
        Matcher matcher = TYPE_IN_DESCRIPTOR.matcher(text.stringValue());
        while (matcher.find()) {
          types.add(matcher.group(1).replace('/', '.'));
        }
      }
    }
    return types;
  }

  /// Every call and method reference; a lambda's body counts for the method that holds it.
  static List<Call> in(ClassModel model) {
    Set<Call> calls = new LinkedHashSet<>();
    for (MethodModel method : model.methods()) {
      String place = nameOf(model) + "#" + holder(method.methodName().stringValue());
      method
          .code()
          .ifPresent(
              code ->
                  code.forEach(
                      element -> {
                        if (element instanceof InvokeInstruction invoke) {
                          calls.add(call(place, invoke.method()));
                        } else if (element instanceof InvokeDynamicInstruction dynamic) {
                          dynamic.invokedynamic().bootstrap().arguments().stream()
                              .filter(MethodHandleEntry.class::isInstance)
                              .map(MethodHandleEntry.class::cast)
                              .forEach(handle -> calls.add(call(place, handle.reference())));
                        }
                      }));
    }
    return new ArrayList<>(calls);
  }

  private static Call call(String place, MemberRefEntry member) {
    return new Call(
        place,
        member.owner().asInternalName(),
        member.name().stringValue(),
        member.type().stringValue());
  }

  /// `lambda$copy$3` was written in `copy`.
  private static String holder(String method) {
    return method.startsWith("lambda$") ? method.split("\\$", -1)[1] : method;
  }
}
