# Reads surefire's XML reports on stdin; prints each skipped test with its cause and, at last, the
# sums. Exit 1 when a test failed, none ran, or one was skipped that the file `allowed` does not name.
# A line of that file is an extended regular expression over class#test, blanks, and the reason.

function attribute(line, name,    value) {
  if (!match(line, "[ \t]" name "=\"[^\"]*\"")) return ""
  value = substr(line, RSTART, RLENGTH)
  sub(/^[^"]*"/, "", value)
  sub(/"$/, "", value)
  gsub(/&#10;/, " ", value)
  gsub(/&lt;/, "<", value)
  gsub(/&gt;/, ">", value)
  gsub(/&quot;/, "\"", value)
  gsub(/&apos;/, "'", value)
  gsub(/&amp;/, "\\&", value)
  return value
}

BEGIN {
  while ((getline line < allowed) > 0) {
    if (line ~ /^[ \t]*(#|$)/) continue
    pattern[++patterns] = line
    sub(/[ \t].*/, "", pattern[patterns])
    reason[patterns] = line
    sub(/^[^ \t]*[ \t]*/, "", reason[patterns])
  }
}

/<testsuite[ \t]/ {
  tests += attribute($0, "tests")
  failed += attribute($0, "failures") + attribute($0, "errors")
  skipped += attribute($0, "skipped")
}

/<testcase[ \t]/ { test = attribute($0, "classname") "#" attribute($0, "name") }

/<skipped/ {
  cause = attribute($0, "message")
  if (cause == "" && match($0, /<!\[CDATA\[.*/)) { # an assumption that did not hold: the first line
    cause = substr($0, RSTART + 9)
    sub(/^[A-Za-z0-9_.]*: /, "", cause)
    sub(/^Assumption failed: /, "", cause)
    sub(/\]\]>.*/, "", cause)
  }
  verdict = "NOT ALLOWED: .ci/skips-allowed does not name it"
  for (i = 1; i <= patterns; i++) {
    if (test ~ ("^(" pattern[i] ")$")) {
      verdict = "allowed: " reason[i]
      break
    }
  }
  if (verdict ~ /^NOT/) unexpected++
  print "skipped " test ": " (cause == "" ? "no cause given" : cause) " (" verdict ")"
}

END {
  if (tests == 0) print "no test ran"
  if (unexpected) print unexpected " skipped and not allowed"
  print tests - failed - skipped + 0 " passed, " failed + 0 " failed, " skipped + 0 " skipped"
  exit (tests == 0 || failed || unexpected) ? 1 : 0
}
