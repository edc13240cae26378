#!/bin/bash
# build-root.sh ROOT: a 64-bit ARM userland (Debian bookworm, Python 3.11, both runtimes) in the folder ROOT, run by
# qemu's user mode under plain chroot. Root rights, two minutes, 700 MB. Then: tests/target/arm/run.sh ROOT
# Emulated: right for results, meaningless for speed. Never mount /sys in it: LiteRT reads the host's processors there.
set -euo pipefail
root=${1:?usage: build-root.sh ROOT}
checkout=$(cd "$(dirname "$0")/../../.." && pwd)

if ! command -v mmdebstrap >/dev/null || ! [ -e /usr/lib/binfmt.d/qemu-aarch64.conf ]; then
  apt-get install -qq -y --no-install-recommends mmdebstrap qemu-user-static >/dev/null
fi
register=/proc/sys/fs/binfmt_misc
[ -e $register/register ] || mount -t binfmt_misc binfmt_misc $register
[ -e $register/qemu-aarch64 ] ||
  sed 's/:[OPFC]*$/:OCPF/' /usr/lib/binfmt.d/qemu-aarch64.conf > $register/register

[ -e "$root/usr/bin/python3.11" ] ||
  mmdebstrap --quiet --arch=arm64 --variant=extract --components=main \
    --include=base-files,libc-bin,python3,python3-venv,libstdc++6,bash,coreutils,sed,grep bookworm "$root"

# What pyproject.toml asks for on that machine: pip judges its markers by the one that it runs on.
tags=(); for tag in manylinux_2_34 manylinux_2_28 manylinux_2_27 manylinux_2_17 manylinux2014; do
  tags+=(--platform ${tag}_aarch64)
done
mapfile -t wanted < <(sed -n '/^dependencies = \[/,/^\]/s/^ *"\([^";]*\).*python_version < .3\.12.*/\1/p;
  /^dependencies = \[/,/^\]/s/^ *"\([^";]*\)",.*/\1/p' "$checkout/pyproject.toml")
python3 -m pip install -q --only-binary=:all: --no-compile --upgrade --implementation cp --python-version 3.11 \
  "${tags[@]}" --target "$root/opt/site" "${wanted[@]}" "ai-edge-litert>=2.1,<3"
chroot "$root" /usr/bin/env PYTHONPATH=/opt/site python3.11 -c \
  'import platform, numpy; print(platform.machine(), "numpy", numpy.__version__)'
