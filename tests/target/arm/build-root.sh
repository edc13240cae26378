#!/bin/bash
# build-root.sh ROOT [SUITE] [machine]: a 64-bit ARM Debian (bookworm unless named, or trixie) in the folder ROOT, run by
# qemu's user mode under plain chroot. Then
#   tests/target/arm/run.sh ROOT                what is taught, here and there (bookworm: both runtimes)
#   tests/target/arm/check-package.sh ROOT DEB  the package in it, by apt
# `machine`: with a kernel and an initrd beside, for build-machine.sh. Root rights, 700 MB, ten minutes on an idle PC.
# Emulated: right for results, meaningless for speed. Never mount /sys in it: LiteRT reads the host's processors there.
set -euo pipefail
root=${1:?usage: build-root.sh ROOT [SUITE] [machine]}
suite=${2:-bookworm}
kind=${3:-userland}
checkout=$(cd "$(dirname "$0")/../../.." && pwd)
case $suite in
  bookworm) minor=3.11 glibc=36 ;;
  trixie) minor=3.13 glibc=41 ;;
  *) echo "no $suite: bookworm or trixie" >&2; exit 2 ;;
esac

if ! command -v mmdebstrap >/dev/null || ! [ -e /usr/lib/binfmt.d/qemu-aarch64.conf ]; then
  apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends mmdebstrap qemu-user-static >/dev/null
fi
register=/proc/sys/fs/binfmt_misc
[ -e $register/register ] || mount -t binfmt_misc binfmt_misc $register
[ -e $register/qemu-aarch64 ] ||
  sed 's/:[OPFC]*$/:OCPF/' /usr/lib/binfmt.d/qemu-aarch64.conf > $register/register

packages=systemd,python3,python3-venv,ca-certificates,netbase
[ "$kind" != machine ] || packages+=,systemd-sysv,udev,dbus,iproute2,procps,initramfs-tools,linux-image-cloud-arm64
[ -e "$root/usr/bin/python$minor" ] ||
  mmdebstrap --quiet --arch=arm64 --variant=minbase --components=main --include=$packages \
    --aptopt='Acquire::Check-Valid-Until "false"' "$suite" "$root"

# The wheels of the package, for what runs the checkout there.
tags=(); for ((minor_of_glibc = glibc; minor_of_glibc >= 17; minor_of_glibc--)); do
  tags+=(--platform "manylinux_2_${minor_of_glibc}_aarch64")
done
python3 -m pip install -q --disable-pip-version-check --no-compile --upgrade --require-hashes --no-deps \
  --only-binary=:all: --implementation cp --python-version $minor "${tags[@]}" --platform manylinux2014_aarch64 \
  --target "$root/opt/site" --requirement "$checkout/packaging/locks/$suite-arm64.txt"
chroot "$root" /usr/bin/env PYTHONPATH=/opt/site OPENBLAS_CORETYPE=CORTEXA53 python$minor -c \
  'import platform, numpy; print(platform.machine(), "numpy", numpy.__version__)'
