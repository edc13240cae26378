#!/bin/bash
# build-root.sh ROOT [SUITE]: a Debian (bookworm unless named) in the folder ROOT that can be booted with systemd as
# PID 1, with mosquitto, and with the wheels that `make install` asks for: the container has no network.
# Run again after a change of the dependencies. Root rights, about a minute, 600 MB.
# Then: EDGECLASSIFY_SYSTEMD_ROOT=ROOT pytest -m systemd_root, which builds the packages itself; prove.sh does it all.
set -euo pipefail
root=${1:?usage: build-root.sh ROOT [SUITE]}
suite=${2:-bookworm}
checkout=$(cd "$(dirname "$0")/../../.." && pwd)

# What a Raspberry Pi OS Lite has after the README's apt line, what upgrades it by itself, and a broker.
packages=(ca-certificates dbus iproute2 make man-db netbase procps python3 python3-venv systemd systemd-sysv
          unattended-upgrades mosquitto mosquitto-clients)

missing=()
command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
command -v systemd-nspawn >/dev/null || missing+=(systemd-container)
[ ${#missing[@]} -eq 0 ] || apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null

if ! [ -x "$root/lib/systemd/systemd" ]; then
  mmdebstrap --quiet --variant=minbase --components=main --aptopt='Acquire::Check-Valid-Until "false"' \
    --include="$(IFS=,; echo "${packages[*]}")" "$suite" "$root"
  : > "$root/etc/machine-id"
  # Nothing of the machine's own is to come in between.
  systemctl --root="$root" --quiet mask apt-daily.timer apt-daily-upgrade.timer man-db.timer
fi

# The host's way to the package index, for the download only.
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
if [ -e /etc/pip.conf ]; then cp /etc/pip.conf "$root/etc/"; fi
rm -rf "$root/tmp/project" "$root/opt/wheels"
mkdir -p "$root/tmp/project/edgeclassify"
cp "$checkout/pyproject.toml" "$checkout/LICENSE" "$root/tmp/project/"
cp "$checkout/edgeclassify/__init__.py" "$root/tmp/project/edgeclassify/"
chroot "$root" python3 -m venv /tmp/pip
for wanted in '/tmp/project[web]' 'setuptools>=77'; do
  chroot "$root" env -u PIP_FIND_LINKS PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    /tmp/pip/bin/pip download --quiet --disable-pip-version-check --only-binary=:all: --dest /opt/wheels "$wanted"
done
rm -rf "$root/tmp/project" "$root/tmp/pip" "$root/etc/pip.conf" "$root"/opt/wheels/edgeclassify-*
echo "systemd root ready: $root"
