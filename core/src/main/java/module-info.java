/// Pages that pass one way, by reference; bytes that were lent are frozen.
@org.jspecify.annotations.NullMarked
module ropewalk.core {
  requires static transitive org.jspecify;
  requires transitive ropewalk.linux;
  requires jdk.jfr;

  exports ropewalk.bio;
  exports ropewalk.cache;
  exports ropewalk.engine;
  exports ropewalk.file;
  exports ropewalk.forward;
  exports ropewalk.iov;
  exports ropewalk.page;
  exports ropewalk.net;
  exports ropewalk.pipe;
  exports ropewalk.splice;
  exports ropewalk;
  exports ropewalk.crypto;
}
