/// Small programs that use the face, compiled and run by the build.
@org.jspecify.annotations.NullMarked
module ropewalk.examples {
  requires static org.jspecify;
  requires ropewalk.core;
}
