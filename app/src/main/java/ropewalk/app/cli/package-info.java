/// What was asked: the commands of `./ropewalk`, their options, what they print and how they end.
///
/// ```
///   words on the command line
///        |
///      Main ----- picks a command, turns what it throws into an exit code
///        |
///        +-- CopyCommand      SRC DST: move it all, tell what happened
///        +-- ServeCommand     DIR over HTTP
///        +-- ProxyCommand     connections joined with a target
///        +-- ExplainCommand   the ways between two ends
///        +-- DoctorCommand    what this kernel offers
///        +-- DemoCommand      what is promised, beside the JDK
///        |
///      0 done   1 failed   2 usage   130 SIGINT   143 SIGTERM
/// ```
///
/// The rules: results go to standard output, everything said about them to standard error; a
/// failure is one or two sentences that say what was asked and what came back (`--debug` adds the
/// stack trace); what a command prints for programs (`--json`) is one object.
///
/// Reading order: [ropewalk.app.cli.Main], [ropewalk.app.cli.Failure], then the commands.
@NullMarked
package ropewalk.app.cli;

import org.jspecify.annotations.NullMarked;
