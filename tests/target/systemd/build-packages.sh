#!/bin/bash
# build-packages.sh ROOT: the package of this checkout for a ROOT made by build-root.sh, and the same one as version
# 0.0.1, which is taken for the build before: as two signed repositories, ROOT/srv/apt/before and /now.
# Run it again after a change of the code. Half a minute, most of it for packing. PYTHON: one that
# has the project with its dependencies (default: that of an environment which `make test` made here).
set -euo pipefail
root=$(realpath "${1:?usage: build-packages.sh ROOT}")
checkout=$(cd "$(dirname "$0")/../../.." && pwd)
suite=$(. "$root/etc/os-release"; echo "$VERSION_CODENAME")
arch=$(dpkg --print-architecture)
before=0.0.1
address=http://127.0.0.1:8079/

for python in ${PYTHON:+"$PYTHON"} "$checkout"/.venv*/bin/python; do
  "$python" -c 'import click, pydantic' 2> /dev/null && break
done

missing=()
command -v gpg > /dev/null || missing+=(gpg gpg-agent)
[ ${#missing[@]} -eq 0 ] || apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends "${missing[@]}" > /dev/null

work=$(mktemp -d)
end() {
  gpgconf --homedir "$work/gpg" --kill all 2> /dev/null || true
  rm -rf "$work"
}
trap end EXIT

"$python" "$checkout/packaging/deb/build_deb.py" --quick "$suite" "$arch" "$work/now"
built=$(ls "$work"/now/*.deb)
version=$(dpkg-deb --field "$built" Version)

# The build before is today's code, with another number in each place: no package older than this one is made.
dpkg-deb --raw-extract "$built" "$work/tree"
number=${version%%-*}
changed=$(cd "$work/tree" && ls usr/lib/edgeclassify/lib/python*/site-packages/edgeclassify/__init__.py)
sed -i "s/^__version__ = .*/__version__ = \"$before\"/" "$work/tree/$changed"
sed -i "s/^Version: $number-/Version: $before-/" "$work/tree/DEBIAN/control"
sum=$(md5sum "$work/tree/$changed" | cut -d ' ' -f 1)
sed -i "s#^[0-9a-f]*  $changed\$#$sum  $changed#" "$work/tree/DEBIAN/md5sums"
mkdir "$work/before"
dpkg-deb --root-owner-group -Zgzip -z1 --build "$work/tree" "$work/before/edgeclassify_$before-${version#*-}_$arch.deb" > /dev/null
ln "$work"/before/*.deb "$work/now/"

# A key for this day only.
mkdir -m 700 "$work/gpg"
gpg="gpg --homedir $work/gpg --batch --quiet --pinentry-mode loopback --passphrase="
$gpg --quick-generate-key 'Checks of edgeclassify <checks@edgeclassify.invalid>' ed25519 sign 1d 2> /dev/null
$gpg --armor --export-secret-keys > "$work/secret.asc"
rm -rf "$root/srv/apt" && mkdir -p "$root/srv/apt"
for which in before now; do
  "$python" "$checkout/packaging/apt/build_apt_repo.py" --url "$address" "$work/secret.asc" "$work/$which" "$root/srv/apt/$which"
done
