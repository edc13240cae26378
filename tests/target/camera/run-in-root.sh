#!/bin/bash
# run-in-root.sh ROOT SCRIPT [ARG...]: runs a Python script of this checkout (its path relative to the checkout)
# with the root's picamera2. The checkout is mounted read-only, and so is the folder that EDGECLASSIFY_TEST_DATA names,
# on /opt/data; the mounts end with the process.
set -euo pipefail
root=${1:?usage: run-in-root.sh ROOT SCRIPT [ARG...]}
checkout=$(cd "$(dirname "$0")/../../.." && pwd)
data=${EDGECLASSIFY_TEST_DATA:-}
export root checkout data
shift
exec unshare --mount --propagation private bash -c '
  for mount in proc dev sys; do mkdir -p "$root/$mount"; mount --rbind "/$mount" "$root/$mount"; done
  mount --bind -o ro "$checkout" "$root/opt/edgeclassify"
  mkdir -p "$root/opt/data"
  [ -z "$data" ] || mount --bind -o ro "$data" "$root/opt/data"
  script=$1; shift
  exec chroot "$root" env -i PATH=/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/opt/edgeclassify LD_PRELOAD=/opt/dma_heap.so LIBCAMERA_LOG_LEVELS="*:ERROR" \
    /opt/camera/bin/python "/opt/edgeclassify/$script" "$@"' run-in-root "$@"
