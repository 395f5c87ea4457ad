#!/bin/bash
# Two independent readers of CEF: the Java parser parcefone, from Maven Central, and the Python package cefevent.
# cef.sh install: prints the folder of both | read FOLDER: CEF lines in, what parcefone found in each out
. "$(dirname "$0")/common.sh"
PARCEFONE=2.1.0
CEFEVENT=0.5.6
FOLDER="$RAMPART_PEERS_HOME/cef-$PARCEFONE-$CEFEVENT"

build() {
  command -v mvn >/dev/null && command -v javac >/dev/null || die "needs Maven and a JDK for parcefone $PARCEFONE"
  rm -rf "$FOLDER.new" && mkdir -p "$FOLDER.new"
  # It needs a Bean Validation provider of the javax generation, and its own API jar excluded for that.
  cat > "$FOLDER.new/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>peers</groupId><artifactId>cef</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>com.fluenda</groupId><artifactId>parcefone</artifactId><version>$PARCEFONE</version>
      <exclusions>
        <exclusion><groupId>javax.validation</groupId><artifactId>validation-api</artifactId></exclusion>
        <exclusion><groupId>javax.el</groupId><artifactId>javax.el-api</artifactId></exclusion>
      </exclusions></dependency>
    <dependency><groupId>org.hibernate.validator</groupId><artifactId>hibernate-validator</artifactId><version>6.2.5.Final</version></dependency>
    <dependency><groupId>org.glassfish</groupId><artifactId>jakarta.el</artifactId><version>3.0.4</version></dependency>
  </dependencies>
</project>
XML
  cp "$(dirname "$0")/CefReader.java" "$FOLDER.new/"
  (
    cd "$FOLDER.new"
    mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib
    javac -cp 'lib/*' CefReader.java
    python3 -m venv venv
    ./venv/bin/pip install --quiet --disable-pip-version-check "cefevent==$CEFEVENT"
  ) >&2
  rm -rf "$FOLDER" && mv "$FOLDER.new" "$FOLDER"
}

case "${1:-}" in
install)
  { [ -f "$FOLDER/CefReader.class" ] && cmp -s "$FOLDER/CefReader.java" "$(dirname "$0")/CefReader.java" \
    && "$FOLDER/venv/bin/python" -c 'import cefevent' 2>/dev/null; } || build
  echo "$FOLDER" ;;
read) exec java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "${2:?folder}:$2/lib/*" CefReader 2>/dev/null ;;
*) die "usage: cef.sh install | read FOLDER" ;;
esac
