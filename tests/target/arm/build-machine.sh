#!/bin/bash
# build-machine.sh ROOT DEB FOLDER: a disk, a kernel and an initrd in FOLDER, for run_machine.py, of a trixie root that
# `build-root.sh ROOT trixie machine` made: the package is installed in it by apt, and the service enabled. A second
# time it uses what is there. Root rights; emulated, a quarter of an hour.
set -euo pipefail
root=${1:?usage: build-machine.sh ROOT DEB FOLDER}
deb=${2:?usage: build-machine.sh ROOT DEB FOLDER}
folder=${3:?usage: build-machine.sh ROOT DEB FOLDER}
mkdir -p "$folder"
tree=$folder/tree
command -v mkfs.ext4 >/dev/null && command -v qemu-system-aarch64 >/dev/null ||
  apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends e2fsprogs qemu-system-arm ipxe-qemu >/dev/null

if ! [ -e "$tree/usr/bin/edgeclassify" ]; then
  rm -rf "$tree"
  cp -a --one-file-system "$root" "$tree"
  if ! [ -e "$tree/usr/bin/edgeclassify" ]; then
    cp "$deb" "$tree/srv/package.deb"
    cp /etc/resolv.conf "$tree/etc/resolv.conf"
    chroot "$tree" /usr/bin/env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -q --no-install-recommends /srv/package.deb
  fi
fi
rm -f "$tree/srv/package.deb" "$tree/usr/sbin/policy-rc.d"
echo machine > "$tree/etc/hostname"
printf '127.0.0.1 localhost machine\n' > "$tree/etc/hosts"
printf '[Match]\nName=en*\n[Network]\nDHCP=ipv4\n' > "$tree/etc/systemd/network/80-dhcp.network"
# Its broker is the host, at qemu's address for it; the port is written in when it is run.
cat > "$tree/etc/edgeclassify/edgeclassify.toml" <<'TOML'
[node]
name = "machine"

[mqtt]
host = "10.0.2.2"
port = 1883

[[camera]]
name = "photos"
source = "images:/usr/share/edgeclassify-photos"
interval_s = 2.0
loop = true

[[view]]
name = "desk"
confirm_s = 0
filter = "none"
TOML
# Emulated on a busy PC it is a hundred times slower than a Pi: a start may take minutes, and a frame half of one.
mkdir -p "$tree/etc/systemd/system/edgeclassify.service.d"
printf '[Service]\nTimeoutStartSec=infinity\nWatchdogSec=30min\n' \
  > "$tree/etc/systemd/system/edgeclassify.service.d/emulated.conf"
mkdir -p "$tree/usr/share/edgeclassify-photos"
cp "$(dirname "$0")"/../../../edgeclassify/demo/photos/*.jpg "$tree/usr/share/edgeclassify-photos/"
for unit in systemd-networkd edgeclassify; do chroot "$tree" systemctl enable --quiet $unit; done
cp "$(ls "$tree"/boot/vmlinuz-*-arm64 | head -1)" "$folder/vmlinuz"
cp "$(ls "$tree"/boot/initrd.img-*-arm64 | head -1)" "$folder/initrd"
rm -f "$folder/disk.img"
truncate -s 3G "$folder/disk.img"
mkfs.ext4 -q -d "$tree" "$folder/disk.img"
echo "machine ready: $folder"
