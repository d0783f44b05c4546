#!/usr/bin/env bash
# Makes this machine ready to build and test opc: Debian packages, then a virtual
# environment in .venv. What is there already is left alone, so that a second run
# costs a fraction of a second.
#
# usage: scripts/setup.sh [extra requirements file]...
# OPC_PYTHON names the Python (3.11 or newer) that .venv is made with.
source "$(dirname "$0")/common.sh"

# The packages of scripts/apt-packages.txt that are not installed.
missing_packages() {
  local wanted installed
  wanted=$(sed 's/#.*//; s/[[:space:]]//g; /^$/d' scripts/apt-packages.txt | sort)
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null |
    sed -n 's/^installed //p' | sort -u)
  comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$installed")
}

install_packages() {
  command -v dpkg-query >/dev/null ||
    die "this is not Debian: install what scripts/apt-packages.txt lists"
  local missing
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  say "installing Debian packages:" $missing
  retry as_root apt-get update -qq
  retry as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >&2
}

# What runs the code of other processors: qemu 10, which has the vectors of LoongArch.
# Debian 12 has it among its backports, from where it has the rest.
qemu_wanted=10
has_qemu() {
  command -v qemu-loongarch64 >/dev/null &&
    [ "$(qemu-loongarch64 --version | sed -n 's/.*version \([0-9]*\).*/\1/p')" -ge $qemu_wanted ]
}

install_qemu() {
  ! has_qemu || return 0
  say "installing qemu-user $qemu_wanted or newer"
  add_qemu || true
  has_qemu || say "no qemu-user of version $qemu_wanted: the code of other processors is not run"
}

add_qemu() {
  local release source from=() list=/etc/apt/sources.list.d/opc-backports.list
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  if [ "$release" = bookworm ]; then
    source=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' \
      'Created-By: Packages' | sed -n "s/ Debian $release\$//p" | head -n 1)
    echo "deb $source $release-backports main" | as_root tee $list >/dev/null || return
    from=(-t "$release-backports")
  fi
  retry as_root apt-get update -qq &&
    retry as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends "${from[@]}" qemu-user >&2
}

# A Python that can make an environment and that extensions can be built for.
usable_python() {
  "$1" - 2>/dev/null <<'PY'
import ensurepip, os, sys, sysconfig, venv
header = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(sys.version_info < (3, 11) or not os.path.exists(header))
PY
}

choose_python() {
  local candidate
  for candidate in ${OPC_PYTHON:-python3 /usr/bin/python3}; do
    if usable_python "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  die "no Python 3.11 or newer with venv and Python.h among: ${OPC_PYTHON:-python3 /usr/bin/python3}"
}

make_environment() {
  local python
  python=$(choose_python)
  say "making .venv with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv
  # `import opc` finds the package where the build puts it.
  echo "$root/build/python" \
    >"$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/opc-build.pth"
}

# install_requirements FILE: once for each content of FILE.
install_requirements() {
  local stamp=".venv/installed-$(basename "$1")" key
  key="$root $(sha256sum <"$1")"
  ! stamp_is "$stamp" "$key" || return 0
  say "installing $1 into .venv"
  retry .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --retries 5 --timeout 60 -r "$1" >&2
  echo "$key" >"$stamp"
}

install_packages
install_qemu
# A moved checkout leaves an environment whose paths are wrong.
if ! stamp_is .venv/made "$root" || ! .venv/bin/python -c '' 2>/dev/null; then
  make_environment
  echo "$root" >.venv/made
fi
for requirements in python/requirements.txt "$@"; do
  install_requirements "$requirements"
done
