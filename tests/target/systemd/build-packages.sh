#!/bin/bash
# build-packages.sh ROOT: the package of this checkout and one that is taken for the build before, as two signed
# repositories in ROOT/srv/apt (`before` and `now`), for a ROOT made by build-root.sh and this machine's processor.
# Called by build-root.sh; run it alone after a change of the code. A minute, most of it for packing.
set -euo pipefail
root=$(realpath "${1:?usage: build-packages.sh ROOT}")
checkout=$(cd "$(dirname "$0")/../../.." && pwd)
suite=$(. "$root/etc/os-release"; echo "$VERSION_CODENAME")
arch=$(dpkg --print-architecture)

missing=()
command -v gpg > /dev/null || missing+=(gpg gpg-agent)
command -v apt-ftparchive > /dev/null || missing+=(apt-utils)
[ ${#missing[@]} -eq 0 ] || apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends "${missing[@]}" > /dev/null

work=$(mktemp -d)
trap 'gpgconf --homedir "$work/gpg" --kill all 2> /dev/null || true; rm -rf "$work"' EXIT

# A key for this day only.
mkdir -m 700 "$work/gpg"
gpg="gpg --homedir $work/gpg --batch --quiet --pinentry-mode loopback --passphrase="
$gpg --quick-generate-key 'Checks of edgeclassify <checks@edgeclassify.invalid>' ed25519 sign 1d 2> /dev/null
$gpg --armor --export-secret-keys > "$work/secret.asc"

# build VERSION: makes the repository of that version; it has those before it as well.
build() {
  local copy=$work/checkout
  rm -rf "$copy" && mkdir "$copy"
  (cd "$checkout" && tar -c --exclude-vcs --exclude='./.venv*' --exclude=./build --exclude=./dist --exclude='*.egg-info' \
    --exclude=__pycache__ --exclude=./tests .) | tar -xC "$copy"
  # What was downloaded once.
  mkdir -p "$checkout/build/deb" "$copy/build" && ln -s "$checkout/build/deb" "$copy/build/deb"
  if [ -n "$1" ]; then sed -i "s/^__version__ = .*/__version__ = \"$1\"/" "$copy/edgeclassify/__init__.py"; fi
  mkdir -p "$work/dist" && ln -s "$work/dist" "$copy/dist"
  make --no-print-directory -C "$copy" deb SUITE="$suite" ARCH="$arch"
  make --no-print-directory -C "$copy" apt-repo KEY="$work/secret.asc"
}
rm -rf "$root/srv/apt" && mkdir -p "$root/srv/apt"
build 0.0.1
cp -R "$work/dist/apt" "$root/srv/apt/before"
build ''
cp -R "$work/dist/apt" "$root/srv/apt/now"
$gpg --armor --export > "$root/srv/apt/key.asc"
echo "packages ready: $(cd "$root/srv/apt/now" && find . -name '*.deb' | sort | tr '\n' ' ')"
