/// The programs people run: `./ropewalk copy`, `serve`, `doctor`.
@org.jspecify.annotations.NullMarked
module ropewalk.app {
  requires static org.jspecify;
  requires ropewalk.core;
  requires ropewalk.protocols;
}
