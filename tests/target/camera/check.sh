#!/bin/bash
# check.sh ROOT [FRAMES]: everything that can be shown of the CSI camera source without a Pi, in one go: builds the root
# if it is not there, takes frames of both streams, compares pictures with their files, runs many frames (50,000), and
# the whole daemon. As root. EDGECLASSIFY_TEST_DATA: a folder with more pictures and models.
set -euo pipefail
root=${1:?usage: check.sh ROOT [FRAMES]}
here=$(cd "$(dirname "$0")" && pwd)
[ -e "$root/opt/dma_heap.so" ] || bash "$here/build-root.sh" "$root"
run() { printf '\n== %s\n' "$*"; bash "$here/run-in-root.sh" "$root" "tests/target/camera/$1" "${@:2}"; }
run check_source.py 1000 252 20
run check_pictures.py
run check_endurance.py "${2:-50000}"
run check_daemon.py 20
printf '\nall ran\n'
