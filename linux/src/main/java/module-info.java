/// The ground floor: Linux's calls in Linux's words, and the rings that are shared with the kernel.
/// The only module that calls native code; the virtual machine enforces it
/// (`--illegal-native-access=deny`).
@org.jspecify.annotations.NullMarked
module ropewalk.linux {
  requires static org.jspecify;

  exports ropewalk.linux;
  exports ropewalk.linux.libcrypto;
  exports ropewalk.linux.uring;
}
