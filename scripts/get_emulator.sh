#!/usr/bin/env bash
# Makes what scripts/emulate.py runs on, in .cache/emulator: Bochs, built from a
# pinned commit, and a Linux for it out of Debian's packages, which are unpacked
# there and not installed. Takes a quarter of an hour; not part of any test.
#
# usage: scripts/get_emulator.sh [REPOSITORY]
# REPOSITORY is Bochs' own unless a copy of it is named.
source "$(dirname "$0")/common.sh"
repository=${1:-https://github.com/bochs-emu/Bochs}
commit=783b58fd6d9bae598a07c59719122322fa0edce6
home=$root/.cache/emulator

# A commit has one content: its hash is what is checked.
fetch_bochs() {
  rm -rf "$home/source"
  git init -q "$home/source"
  git -C "$home/source" fetch -q --depth 1 "$repository" "$commit"
  git -C "$home/source" checkout -q FETCH_HEAD
  (cd "$home/source/bochs" && python3 "$root/scripts/mend_bochs.py")
}

# One processor without a screen, quick, with all that the chips require.
build_bochs() (
  cd "$home/source/bochs"
  ./configure --prefix="$home/bochs" --with-nogui --disable-docbook \
    --enable-x86-64 --enable-cpu-level=6 --enable-avx --enable-evex \
    --enable-amx --enable-vmx=2 --enable-cet --enable-uintr \
    --enable-protection-keys --enable-memtype --enable-monitor-mwait \
    --enable-perfmon --enable-pci --enable-all-optimizations \
    --enable-trace-linking CFLAGS="-O3 -fomit-frame-pointer" \
    CXXFLAGS="-O3 -fomit-frame-pointer" >/dev/null
  make -s -j"${OPC_JOBS:-2}" >/dev/null 2>"$home/bochs.log" ||
    die "bochs does not build: $(tail -1 "$home/bochs.log")"
  rm -rf "$home/bochs"
  make -s install >/dev/null 2>&1
)

# apt checks the packages' signatures; which version of Linux it is has no effect
# on what programs compute.
fetch_linux() (
  mkdir -p "$home/packages"
  cd "$home/packages"
  rm -f ./*.deb
  kernel=$(apt-cache depends linux-image-cloud-amd64 |
    sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
  [ -n "$kernel" ] || die "apt knows no linux-image-cloud-amd64"
  retry apt-get download -qq "$kernel" busybox-static isolinux \
    syslinux-common xorriso libisoburn1 libburn4 libisofs6 libjte2
  rm -rf "$home/root"
  for package in ./*.deb; do dpkg-deb -x "$package" "$home/root"; done
)

key="$commit $(cat "$0" scripts/mend_bochs.py | sha256sum)"
if ! stamp_is "$home/made" "$key"; then
  say "building Bochs in ${home#"$root/"}"
  mkdir -p "$home"
  fetch_bochs
  build_bochs
  say "fetching a Linux for it"
  fetch_linux
  rm -rf "$home/source" "$home/packages"
  echo "$key" >"$home/made"
fi
