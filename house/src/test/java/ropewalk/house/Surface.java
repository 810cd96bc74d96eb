package ropewalk.house;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassSignature;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodSignature;
import java.lang.classfile.Signature;
import java.lang.classfile.attribute.ConstantValueAttribute;
import java.lang.classfile.attribute.InnerClassInfo;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The public surface of a module as text: exported packages, the public and protected classes in
/// them, and of these the public and protected members. One line per member, sorted, so that two
/// surfaces differ by lines.
final class Surface {
  private final Map<String, ClassModel> classes = new TreeMap<>();
  private final StringBuilder text = new StringBuilder();

  private Surface(Collection<ClassModel> models) {
    models.forEach(model -> classes.put(Calls.nameOf(model), model));
  }

  /// Renders the module whose class files these are.
  static String of(Collection<ClassModel> models) {
    Surface surface = new Surface(models);
    surface.render();
    return surface.text.toString();
  }

  private void render() {
    ModuleAttribute module =
        Objects.requireNonNull(classes.get("module-info"), "a storey without module-info")
            .findAttribute(Attributes.module())
            .orElseThrow();
    text.append("module ").append(module.moduleName().name()).append('\n');
    Set<String> exported =
        module.exports().stream()
            .filter(export -> export.exportsTo().isEmpty())
            .map(export -> export.exportedPackage().name().stringValue().replace('/', '.'))
            .collect(Collectors.toCollection(TreeSet::new));
    exported.forEach(room -> text.append("  exports ").append(room).append('\n'));
    for (ClassModel model : classes.values()) {
      if (exported.contains(Calls.packageOf(Calls.nameOf(model)))
          && !Calls.isInfo(model)
          && visible(model)) {
        render(model);
      }
    }
  }

  private void render(ClassModel model) {
    text.append('\n').append(header(model)).append('\n');
    Set<String> members = new TreeSet<>();
    for (FieldModel field : model.fields()) {
      if (open(field.flags().flags())) {
        members.add(render(field));
      }
    }
    for (MethodModel method : model.methods()) {
      if (open(method.flags().flags()) && !method.flags().has(AccessFlag.BRIDGE)) {
        members.add(render(model, method));
      }
    }
    members.forEach(member -> text.append("  ").append(member).append('\n'));
  }

  private static boolean open(Set<AccessFlag> flags) {
    return (flags.contains(AccessFlag.PUBLIC) || flags.contains(AccessFlag.PROTECTED))
        && !flags.contains(AccessFlag.SYNTHETIC);
  }

  /// The flags as the source has them; a nested class keeps its own in an attribute.
  private static Set<AccessFlag> flags(ClassModel model) {
    return nested(model).map(InnerClassInfo::flags).orElse(model.flags().flags());
  }

  private static Optional<InnerClassInfo> nested(ClassModel model) {
    return model.findAttribute(Attributes.innerClasses()).stream()
        .flatMap(inner -> inner.classes().stream())
        .filter(info -> info.innerClass().equals(model.thisClass()))
        .findFirst();
  }

  /// Public, and so is every class around it.
  private boolean visible(ClassModel model) {
    Optional<InnerClassInfo> nested = nested(model);
    if (!open(flags(model))) {
      return false;
    }
    return nested
        .map(
            info ->
                info.outerClass()
                    .map(outer -> classes.get(outer.asInternalName().replace('/', '.')))
                    .map(this::visible)
                    .orElse(false))
        .orElse(true);
  }

  private static String header(ClassModel model) {
    Set<AccessFlag> flags = flags(model);
    boolean isInterface = flags.contains(AccessFlag.INTERFACE);
    boolean isRecord = model.findAttribute(Attributes.record()).isPresent();
    String kind =
        flags.contains(AccessFlag.ANNOTATION)
            ? "@interface"
            : isInterface
                ? "interface"
                : flags.contains(AccessFlag.ENUM) ? "enum" : isRecord ? "record" : "class";
    List<String> words = new ArrayList<>(modifiers(flags, isInterface));
    if (model.findAttribute(Attributes.permittedSubclasses()).isPresent()) {
      words.add("sealed");
    }
    words.add(kind);
    ClassSignature signature =
        model
            .findAttribute(Attributes.signature())
            .map(attribute -> attribute.asClassSignature())
            .orElseGet(() -> rawSignature(model));
    words.add(Calls.nameOf(model) + Types.parameters(signature.typeParameters()));
    String above = Types.render(signature.superclassSignature());
    if (!above.equals("Object")) {
      words.add("extends " + above);
    }
    if (!signature.superinterfaceSignatures().isEmpty()) {
      words.add(
          (isInterface ? "extends " : "implements ")
              + Types.list(signature.superinterfaceSignatures()));
    }
    return String.join(" ", words);
  }

  private static ClassSignature rawSignature(ClassModel model) {
    return ClassSignature.of(
        raw(model.superclass().orElseThrow()),
        model.interfaces().stream().map(Surface::raw).toArray(Signature.ClassTypeSig[]::new));
  }

  private static Signature.ClassTypeSig raw(ClassEntry type) {
    return Signature.ClassTypeSig.of(type.asSymbol());
  }

  private static String render(FieldModel field) {
    Signature type =
        field
            .findAttribute(Attributes.signature())
            .map(attribute -> attribute.asTypeSignature())
            .orElseGet(() -> Signature.of(field.fieldTypeSymbol()));
    String value =
        field
            .findAttribute(Attributes.constantValue())
            .map(ConstantValueAttribute::constant)
            .map(constant -> " = " + constant.constantValue())
            .orElse("");
    return line(field.flags().flags(), Types.render(type) + " " + field.fieldName() + value);
  }

  private static String render(ClassModel model, MethodModel method) {
    MethodSignature signature =
        method
            .findAttribute(Attributes.signature())
            .map(attribute -> attribute.asMethodSignature())
            .orElseGet(() -> MethodSignature.of(method.methodTypeSymbol()));
    StringBuilder line = new StringBuilder();
    String parameters = Types.parameters(signature.typeParameters());
    line.append(parameters).append(parameters.isEmpty() ? "" : " ");
    boolean constructor = method.methodName().equalsString("<init>");
    line.append(
        constructor
            ? Calls.nameOf(model).replaceAll(".*[.$]", "")
            : Types.render(signature.result()) + " " + method.methodName());
    String arguments = Types.list(signature.arguments());
    if (method.flags().has(AccessFlag.VARARGS)) {
      arguments = arguments.replaceAll("\\[\\]$", "...");
    }
    line.append('(').append(arguments).append(')');
    List<String> thrown = thrown(method, signature);
    if (!thrown.isEmpty()) {
      line.append(" throws ").append(String.join(", ", thrown));
    }
    return line(method.flags().flags(), line.toString());
  }

  private static List<String> thrown(MethodModel method, MethodSignature signature) {
    if (!signature.throwableSignatures().isEmpty()) {
      return signature.throwableSignatures().stream().map(Types::render).toList();
    }
    return method.findAttribute(Attributes.exceptions()).stream()
        .flatMap(exceptions -> exceptions.exceptions().stream())
        .map(type -> Types.render(raw(type)))
        .toList();
  }

  private static String line(Set<AccessFlag> flags, String rest) {
    return String.join(" ", modifiers(flags, false)) + " " + rest;
  }

  private static List<String> modifiers(Set<AccessFlag> flags, boolean isInterface) {
    List<String> words = new ArrayList<>();
    for (AccessFlag flag :
        List.of(
            AccessFlag.PUBLIC,
            AccessFlag.PROTECTED,
            AccessFlag.STATIC,
            AccessFlag.ABSTRACT,
            AccessFlag.FINAL)) {
      if (flags.contains(flag) && !(isInterface && flag == AccessFlag.ABSTRACT)) {
        words.add(flag.name().toLowerCase(java.util.Locale.ROOT));
      }
    }
    return words;
  }
}
