/// What bytes mean: one package per protocol, strangers to each other.
@org.jspecify.annotations.NullMarked
module ropewalk.protocols {
  requires static org.jspecify;
  requires transitive ropewalk.core;
}
