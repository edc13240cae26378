#!/bin/bash
# build-vm.sh FOLDER: Debian's kernel and an initramfs with its V4L2 test devices, for run-in-vm.sh. For a Debian 12 on
# amd64 with root rights: about 20 seconds and 80 MB (500 MB meanwhile). QEMU, kmod and xz get installed where they
# lack, the kernel does not. v4l2loopback is left out, with a word why, where it cannot be compiled. A newer kernel
# needs another FOLDER.
# Then: tests/target/vm/run-in-vm.sh FOLDER COMMAND...
set -euo pipefail
folder=${1:?usage: build-vm.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
tree=$folder/initramfs

tools=()
command -v qemu-system-x86_64 >/dev/null || tools+=(qemu-system-x86)
command -v depmod >/dev/null || tools+=(kmod)
command -v xz >/dev/null || tools+=(xz-utils)
if [ ${#tools[@]} -gt 0 ]; then
  apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends "${tools[@]}" >/dev/null
fi

scratch=$(mktemp -d "$folder/scratch.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

unpack() {
  mkdir -p "$scratch/debs"
  (cd "$scratch/debs" && apt-get -o APT::Sandbox::User=root -qq download "$@") || return
  for deb in "$scratch"/debs/*.deb; do dpkg-deb -x "$deb" "$scratch" || return; done
  rm -r "$scratch/debs"
}

# The kernel comes last into the folder: what is there is whole.
if ! [ -e "$folder/vmlinux" ]; then
  rm -rf "$tree"
  image=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: //p')
  if [ -z "$image" ]; then echo 'apt knows no linux-image-amd64; after "apt-get update" neither?' >&2; exit 1; fi
  unpack "$image" busybox-static
  release=$(basename "$scratch"/lib/modules/*)
  depmod -b "$scratch" "$release"
  mkdir -p "$tree"/{bin,proc,sys,dev,lower,upper,root}
  cp "$scratch/bin/busybox" "$tree/bin/"
  for module in virtio_pci 9p 9pnet_virtio overlay vivid; do
    modprobe -d "$scratch" -S "$release" --show-depends "$module"
  done | sed -n 's/^insmod \([^ ]*\) *$/\1/p' | sort -u | while read -r path; do
    install -D -m 644 "$path" "$tree/${path#"$scratch"/}"
  done
  cp "$scratch/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} "$tree/lib/modules/$release/"
  # Decompressed here: an emulated CPU takes 4 seconds for that, at each boot.
  packed=$scratch/boot/vmlinuz-$release
  offset=$(LC_ALL=C grep -obUaPm 1 '\xFD7zXZ\x00' "$packed" | head -n 1 | cut -d : -f 1)
  xz -dc --single-stream < <(tail -c +$((offset + 1)) "$packed") > "$scratch/vmlinux"
  mv "$scratch/vmlinux" "$folder/vmlinux"
fi
release=$(basename "$tree"/lib/modules/*)

compile_loopback() {
  if ! command -v make >/dev/null || ! command -v gcc-12 >/dev/null; then echo 'no make or gcc-12'; return 1; fi
  unpack "linux-headers-$release" "linux-headers-${release/%amd64/common}" linux-kbuild-6.1 v4l2loopback-dkms || return
  # The headers name their other half by its installed path.
  sed -i "s,/usr/src/,$scratch/usr/src/," "$scratch/usr/src/linux-headers-$release/Makefile"
  make -s -C "$scratch/usr/src/linux-headers-$release" M="$(echo "$scratch"/usr/src/v4l2loopback-*)" modules || return
  strip --strip-debug "$scratch"/usr/src/v4l2loopback-*/v4l2loopback.ko
  install -D -m 644 -t "$tree/lib/modules/$release/extra" "$scratch"/usr/src/v4l2loopback-*/v4l2loopback.ko
}
if ! [ -e "$tree/lib/modules/$release/extra" ] && ! compile_loopback >"$scratch/log" 2>&1; then
  echo "left out v4l2loopback: $(tail -n 3 "$scratch/log")"
fi

depmod -b "$tree" "$release"
install -m 755 "$here/init" "$tree/init"
(cd "$tree" && find . | "$tree/bin/busybox" cpio -o -H newc 2>/dev/null | gzip -1) > "$scratch/initramfs.gz"
mv "$scratch/initramfs.gz" "$folder/initramfs.gz"
echo "VM ready: $folder"
