package ropewalk.house;

import java.lang.classfile.Signature;
import java.lang.classfile.Signature.ArrayTypeSig;
import java.lang.classfile.Signature.BaseTypeSig;
import java.lang.classfile.Signature.ClassTypeSig;
import java.lang.classfile.Signature.TypeArg;
import java.lang.classfile.Signature.TypeParam;
import java.lang.classfile.Signature.TypeVarSig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Types as the source would write them; `java.lang` goes without saying, a nested class keeps `$`.
final class Types {
  private Types() {}

  static String render(Signature type) {
    return switch (type) {
      case BaseTypeSig base -> primitive(base.baseType());
      case ArrayTypeSig array -> render(array.componentSignature()) + "[]";
      case TypeVarSig variable -> variable.identifier();
      case ClassTypeSig named -> name(named) + arguments(named.typeArgs());
    };
  }

  static String list(List<? extends Signature> types) {
    return types.stream().map(Types::render).collect(Collectors.joining(", "));
  }

  /// `<T extends A & B>`, or nothing.
  static String parameters(List<TypeParam> parameters) {
    return parameters.isEmpty()
        ? ""
        : parameters.stream().map(Types::parameter).collect(Collectors.joining(", ", "<", ">"));
  }

  private static String parameter(TypeParam parameter) {
    List<Signature> bounds = new ArrayList<>();
    parameter.classBound().ifPresent(bounds::add);
    bounds.addAll(parameter.interfaceBounds());
    String rendered = bounds.stream().map(Types::render).collect(Collectors.joining(" & "));
    return parameter.identifier()
        + (rendered.isEmpty() || rendered.equals("Object") ? "" : " extends " + rendered);
  }

  private static String name(ClassTypeSig type) {
    String own = type.className().replace('/', '.');
    String name =
        type.outerType()
            .map(outer -> name(outer) + arguments(outer.typeArgs()) + "$" + own)
            .orElse(own);
    return name.matches("java\\.lang\\.[A-Z]\\w*") ? name.substring("java.lang.".length()) : name;
  }

  private static String arguments(List<TypeArg> arguments) {
    return arguments.isEmpty()
        ? ""
        : arguments.stream().map(Types::argument).collect(Collectors.joining(", ", "<", ">"));
  }

  private static String argument(TypeArg argument) {
    return switch (argument) {
      case TypeArg.Unbounded any -> "?";
      case TypeArg.Bounded bounded ->
          switch (bounded.wildcardIndicator()) {
            case NONE -> render(bounded.boundType());
            case EXTENDS -> "? extends " + render(bounded.boundType());
            case SUPER -> "? super " + render(bounded.boundType());
          };
    };
  }

  private static String primitive(char code) {
    return switch (code) {
      case 'B' -> "byte";
      case 'C' -> "char";
      case 'D' -> "double";
      case 'F' -> "float";
      case 'I' -> "int";
      case 'J' -> "long";
      case 'S' -> "short";
      case 'Z' -> "boolean";
      default -> "void";
    };
  }
}
