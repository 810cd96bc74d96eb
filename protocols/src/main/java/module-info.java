/// What bytes mean: one package per protocol, strangers to each other.
///
/// httpcore5 is an automatic module (its manifest names it); `requires-automatic` is silenced for
/// that one.
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic")
module ropewalk.protocols {
  requires static transitive org.jspecify;
  requires transitive ropewalk.core;
  requires org.apache.httpcomponents.core5.httpcore5;

  exports ropewalk.http;
}
