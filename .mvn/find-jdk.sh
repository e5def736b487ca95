# Sourced by ./mvnw and ./mpath: sets JAVA_HOME to a JDK 25 or later, or explains what is missing.
# Order: JAVA_HOME, the java on PATH, then the places where packages, SDKMAN, asdf and jenv put JDKs.

jdk_major() { # DIR -> prints the feature version of the JDK in DIR, nothing when there is none
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_jdk() {
  wanted=25
  path_java=$(command -v java 2>/dev/null || true)
  if [ -n "$path_java" ]; then
    path_java=$(readlink -f "$path_java" 2>/dev/null || printf '%s' "$path_java")
    path_java=${path_java%/bin/java}
  fi
  set +f
  for candidate in "${JAVA_HOME:-}" "$path_java" /usr/lib/jvm/* /usr/local/lib/jvm/* /usr/java/* \
    /opt/java/* /opt/jdk* /opt/*jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/* \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$candidate" ] || continue
    major=$(jdk_major "$candidate")
    if [ -n "$major" ] && [ "$major" -ge "$wanted" ]; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  echo "multipath4j needs a JDK $wanted or later: none found in JAVA_HOME, on PATH or in the usual places. Install one (for example Temurin $wanted) or set JAVA_HOME to it." >&2
  return 1
}
