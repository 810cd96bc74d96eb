# Sourced by the lab's tests.

# As `test` does, but says what did not hold, and ends.
expect() {
  [ "$@" ] || {
    echo "$0: expected: $*" >&2
    exit 1
  }
}

# Sets the variable named $1 to a new folder, which is gone when the script ends.
scratch() {
  scratched=$(mktemp -d "${TMPDIR:-/tmp}/ropewalk-lab-test.XXXXXX")
  trap 'rm -rf "$scratched"' EXIT
  trap 'exit 130' INT TERM HUP
  eval "$1=\$scratched"
}
