/// Tests that read the whole house: its class files, its sources and its papers. They run last.
///
/// ```
///   ../*/target/classes --.               .--> ArchitectureTest   imports point down
///   ../*/src/**/*.java ---+--> House -----+--> FloorTest          native calls, exports, signs
///   *.md pom.xml api/*.txt '   Calls      +--> CopyHoundTest      copies are named
///                              Drawing    +--> SurfaceTest        api/*.txt is true
///   Offender: breaks a rule,   Surface    +--> PapersTest         trees, links, dependencies
///   compiled by the test                  '--> TidyTest           sizes, names, loose ends
///
///   ../*/src/test/mutants --> Mutant --> Graft --> Fork   one bug, compiled, in its own machine
///                                '------ Trial -----'-> MutantsTest   dies of its test
///   docs/cases.md -----------> Cases -----------------------> CasesTest     each has both
/// ```
///
/// A rule is a function from what it reads to a list of complaints, so that the same rule is fed
/// the house and, beside it, an [ropewalk.house.Offender].
@NullMarked
package ropewalk.house;

import org.jspecify.annotations.NullMarked;
