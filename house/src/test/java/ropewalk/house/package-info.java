/// Tests that read the whole house: its class files, its sources and its papers. They run last.
///
/// ```
///   ../*/target/classes ---> ClassReader --.          .--> ArchitectureTest  imports point down
///   ../*/src/**/*.java ---.                 > House --+--> FloorTest         only linux calls native
///   *.md pom.xml api/*.txt +---- text -----'          +--> CopyHoundTest     copies are named
///                         '                           +--> SurfaceTest       api/*.txt is true
///   an offender, compiled by the test,                '--> TidyTest          trees, links, names
///   shows that each rule can fail
/// ```
///
/// A rule is a function from what it reads to a list of complaints, so that the same rule is fed
/// the house and, beside it, an [ropewalk.house.Offender].
@NullMarked
package ropewalk.house;

import org.jspecify.annotations.NullMarked;
