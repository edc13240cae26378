#!/bin/bash
# build-root.sh ROOT: a Debian sid in the folder ROOT with the real libcamera and picamera2, whose camera is
# libcamera's "virtual" pipeline. It needs no video device, but root rights, about 2 minutes and 2.2 GB.
# Then: EDGECLASSIFY_CAMERA_ROOT=ROOT pytest -m camera_root
set -euo pipefail
root=${1:?usage: build-root.sh ROOT}
here=$(cd "$(dirname "$0")" && pwd)

packages=(ca-certificates python3 python3-venv python3-dev python3-numpy python3-opencv python3-pil python3-prctl
          python3-libcamera libcamera-tools libcamera-ipa gcc libc6-dev libcap-dev)

if ! [ -x "$root/usr/bin/python3" ]; then
  command -v mmdebstrap >/dev/null || apt-get install -qq -y --no-install-recommends mmdebstrap >/dev/null
  mmdebstrap --quiet --variant=minbase --components=main --aptopt='Acquire::Check-Valid-Until "false"' \
    --include="$(IFS=,; echo "${packages[*]}")" sid "$root"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
if [ -e /etc/pip.conf ] && ! [ -e "$root/etc/pip.conf" ]; then cp /etc/pip.conf "$root/etc/"; fi

python=/opt/camera/bin/python
if ! [ -x "$root$python" ]; then
  chroot "$root" python3 -m venv --system-site-packages /opt/camera
fi
chroot "$root" env -u PIP_FIND_LINKS PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
  "$python" -m pip install -q --disable-pip-version-check picamera2 pydantic click rich paho-mqtt ai-edge-litert

gcc -O2 -Wall -shared -fPIC -o "$root/opt/dma_heap.so" "$here/dma_heap.c" -ldl
site=$(chroot "$root" "$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp "$here/virtual_camera.py" "$root$site/"
# picamera2 imports pykms for its DRM preview, which nobody shows here.
printf 'class PixelFormat:\n    def __getattr__(self, name):\n        return name\n\n\nPixelFormat = PixelFormat()\n' \
  > "$root$site/pykms.py"
mkdir -p "$root/usr/share/libcamera/pipeline/virtual" "$root/opt/edgeclassify"
cp "$here/virtual.yaml" "$root/usr/share/libcamera/pipeline/virtual/virtual.yaml"
# The photo that the second virtual camera shows: the middle of the demo's cat, 16:9.
mkdir -p "$root/opt/photos" "$root/opt/pictures"
cp "$here/../../../edgeclassify/demo/photos/cat.jpg" "$root/opt/cat.jpg"
chroot "$root" "$python" - <<'PY'
import cv2

image = cv2.imread("/opt/cat.jpg")
height, width = image.shape[:2]
rows = width * 9 // 16
top = (height - rows) // 2
image = cv2.resize(image[top : top + rows], (320, 180), interpolation=cv2.INTER_AREA)
for folder in ("photos", "pictures"):
    cv2.imwrite(f"/opt/{folder}/0.jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])
PY
echo "camera root ready: $root"
