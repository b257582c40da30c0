#!/usr/bin/env bash
# Provides a real Ollama for the tests that need one and prints the path of its binary.
#
#   test/support/install-ollama.sh          build it unless it is there, print its path
#   test/support/install-ollama.sh --check  print its path if it is there, else end with 1; builds nothing
#
# An `ollama` on PATH is used as it is. Otherwise it is built from source with Go and a C++ compiler (about four minutes
# on two cores) and kept by version under ${PANTHEON_TEST_CACHE:-$HOME/.cache/pantheon}. v0.24.0 is the newest version
# that builds with these two alone. The Go module leaves out three header-only libraries: two come from Debian packages,
# one from the source distribution of a PyPI package; all of them are unpacked into the cache, nothing is installed.
set -euo pipefail

version=v0.24.0
cache="${PANTHEON_TEST_CACHE:-$HOME/.cache/pantheon}/ollama/$version"
binary="$cache/ollama"

say() { printf '%s\n' "install-ollama: $*" >&2; }
fail() {
  say "$1"
  exit 1
}

if [ -z "${PANTHEON_TEST_BUILD_OLLAMA:-}" ] && on_path="$(command -v ollama)"; then
  printf '%s\n' "$on_path"
  exit 0
fi
if [ -x "$binary" ]; then
  printf '%s\n' "$binary"
  exit 0
fi
[ "${1:-}" != --check ] || exit 1

command -v go >/dev/null || fail "there is no Go on PATH; install Go 1.24 or later (https://go.dev/dl), or Ollama itself"
command -v "${CXX:-g++}" >/dev/null || fail "there is no C++ compiler on PATH; install g++ (Debian: apt-get install g++)"

mkdir -p "$cache"
if command -v flock >/dev/null; then
  exec 9>"$cache/lock"
  flock 9
  if [ -x "$binary" ]; then
    printf '%s\n' "$binary"
    exit 0
  fi
fi

include="$cache/include"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$include"

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo -n "$@"; else return 1; fi
}

# Unpacks the headers of one Debian package into the cache: debian_headers PACKAGE FOLDER (below usr/include).
debian_headers() {
  local package="$1" folder="$2"
  if [ -e "$include/$folder" ]; then return; fi
  if [ -d "/usr/include/$folder" ]; then
    cp -RL "/usr/include/$folder" "$include/$folder"
    return
  fi
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
    fail "the headers of $folder are missing; put them into $include/$folder (Debian: apt-get install $package)"
  say "fetching $package"
  if ! (cd "$work" && apt-get -qq download "$package") >&2; then
    as_root apt-get -qq update >&2 || fail "apt-get download $package failed; run 'apt-get update' and 'apt-get install $package' as root"
    (cd "$work" && apt-get -qq download "$package") >&2 || fail "apt-get download $package failed; run 'apt-get install $package' as root"
  fi
  dpkg-deb -x "$work/${package}"_*.deb "$work/$package"
  cp -RL "$work/$package/usr/include/$folder" "$include/$folder"
}

debian_headers nlohmann-json3-dev nlohmann
debian_headers libstb-dev stb

if [ ! -e "$include/miniaudio/miniaudio.h" ]; then
  say "fetching miniaudio"
  python="$(command -v python3 || command -v python || true)"
  [ -n "$python" ] || fail "there is no Python on PATH; put miniaudio.h into $include/miniaudio/"
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    -d "$work" miniaudio==1.71 >&2 ||
    fail "pip download miniaudio failed; put miniaudio.h into $include/miniaudio/"
  mkdir -p "$work/miniaudio" "$include/miniaudio"
  tar -xzf "$work"/miniaudio-*.tar.gz -C "$work/miniaudio" --strip-components 1
  cp "$(find "$work/miniaudio" -name miniaudio.h -print -quit)" "$include/miniaudio/miniaudio.h"
fi

say "building ollama $version (some minutes)"
CGO_ENABLED=1 CGO_CXXFLAGS="-O2 -I$include" CGO_CFLAGS="-O2 -I$include" GOBIN="$work/bin" GOFLAGS=-trimpath \
  nice -n 10 go install "github.com/ollama/ollama@$version" >&2 || fail "the build of ollama $version failed"
mv "$work/bin/ollama" "$binary.new"
mv "$binary.new" "$binary"
say "built $binary"
printf '%s\n' "$binary"
