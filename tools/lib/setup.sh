# Sourced by tools/run, tools/test and tools/bench: installs what a build needs, then configures and builds a preset.
# A second run finds everything in place, installs nothing and builds nothing.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jobs=${CLUSTERIP_JOBS:-$(nproc)}

build_packages=(g++ cmake ninja-build pkg-config libboost-dev libboost-program-options-dev libcpp-httplib-dev
                nlohmann-json3-dev libsqlite3-dev libyaml-cpp-dev zlib1g-dev libgoogle-perftools-dev)
test_packages=(libgtest-dev libgmock-dev openssl)
bench_packages=(libbenchmark-dev)

# Compiled once, whatever clone it is in, where ccache is installed.
if command -v ccache > /dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
fi

say() { printf '%s\n' "$*" >&2; }

# require PACKAGE…: installs those that are missing; without root it names them and stops.
require() {
  local missing=() package
  if ! command -v dpkg-query > /dev/null; then
    say "not a Debian system: install the equivalents of: $*"
    return 0
  fi
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    say "missing packages, install them as root: apt-get install ${missing[*]}"
    return 1
  fi
  say "installing: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"; } > "$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
  rm -f "$log"
}

# build PRESET [TARGET…]: configures once, then builds what has changed. Prints the compiler's output on failure only.
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  if ! (cd "$root" && { [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"; } &&
        cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}) > "$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
  rm -f "$log"
}
