/// The programs people run: `./ropewalk copy`, `serve`, `doctor`.
@org.jspecify.annotations.NullMarked
module ropewalk.app {
  requires static org.jspecify;
  requires ropewalk.core;
  requires ropewalk.protocols;
  requires info.picocli;
  requires com.fasterxml.jackson.jr.ob;

  // picocli fills the fields of our commands by reflection.
  opens ropewalk.app.cli to
      info.picocli;
}
