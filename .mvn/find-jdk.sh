# Sourced by ./mvnw and ./ropewalk: sets JAVA_HOME to a JDK 25 or later, or says how to get one.
# Asked in this order: ROPEWALK_JAVA_HOME, JAVA_HOME, java on the PATH, the system's JVM folders.

jdk_feature() { # prints the feature release of the JDK at $1, from its own release file
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

jdk_fits() {
  feature=$(jdk_feature "$1") && [ -n "$feature" ] && [ "$feature" -ge 25 ]
}

find_jdk() {
  on_path=$(command -v java 2>/dev/null) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/java}
  for home in "${ROPEWALK_JAVA_HOME:-}" "${JAVA_HOME:-}" "${on_path:-}" \
              /usr/lib/jvm/*25* /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/*; do
    if [ -n "$home" ] && jdk_fits "$home"; then
      JAVA_HOME=$home
      export JAVA_HOME
      return 0
    fi
  done
  echo "Ropewalk needs a JDK 25 or later and found none (JAVA_HOME, PATH, /usr/lib/jvm): install one, for instance Debian's openjdk-25-jdk or Eclipse Temurin 25 from https://adoptium.net, or set JAVA_HOME." >&2
  return 1
}
