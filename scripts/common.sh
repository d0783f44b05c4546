# Shared by the scripts beside it: source it. Sets `root`, and gives messages,
# retries and stamps (marks of work that need not be done again).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '== %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# retry COMMAND...: up to four tries, waiting 2, 4 and 8 seconds in between.
retry() {
  local pause=2
  until "$@"; do
    [ "$pause" -le 8 ] || return 1
    say "failed, next try in $pause s: $*"
    sleep "$pause"
    pause=$((pause * 2))
  done
}

# as_root COMMAND...: directly where we are root, else through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root or sudo to run: $*"
  fi
}

# stamp_is FILE KEY: whether FILE says that KEY was done.
stamp_is() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
