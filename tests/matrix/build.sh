# Sourced by the scripts here: builds a Go program with any release from 1.11 on.
matrix_versions=(1.11.13 1.12.17 1.13.15 1.14.15 1.15.15 1.16.15 1.17.13 1.18.8 1.19.4 1.20.14 1.21.13 1.22.12 1.23.12 1.24.9
  1.25.14 1.26.8 1.27.4)
export GOFLAGS='-p=1' CGO_ENABLED=0

# matrix_build VERSION PROGRAM MODULE SOURCES PACKAGE: the package of that name below the folder SOURCES, which is the module.
# The sources are copied so that no go.mod is above them; Go 1.19 does not build where its own path has an @, hence the link.
matrix_build() {
  local version=$1 program=$2 module=$3 sources=$4 package=$5 minor place
  minor=$(cut -d. -f2 <<< "$version")
  place=$(mktemp -d)
  mkdir -p "$place/src"
  cp -r "$sources" "$place/src/$module"
  ln -s "$(cd "$place" && GO111MODULE=on GOTOOLCHAIN=go$version go env GOROOT)" "$place/go"
  # Before 1.16 no go.mod was needed; then the module's go line is the version that builds.
  local -x GO111MODULE=on GOPATH=$place
  rm -f "$place/src/$module/go.mod"
  if [ "$minor" -ge 16 ]; then printf 'module %s\n\ngo 1.%s\n' "$module" "$minor" > "$place/src/$module/go.mod"; else GO111MODULE=off; fi
  (cd "$place/src/$module/$package" && GOENV=off GOTOOLCHAIN=local GOROOT=$place/go "$place/go/bin/go" build -o "$program" .)
  rm -r "$place"
}
