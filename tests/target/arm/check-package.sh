#!/bin/bash
# check-package.sh ROOT DEB [FOLDER]: the package for an ARM in a root of build-root.sh: installed by apt, then
# `classify` on the photos of the test data with each model and runtime that is there, held against the same checkout
# on this machine; `demo --frames 20`; removed. A table of results, exit status 1 where one is not as it should be.
# DEB: as `make deb SUITE=… ARCH=arm64` (or armhf) makes it. FOLDER: keeps what was said (default: nothing is kept).
# PYTHON: the environment of this checkout with the same Python minor version. PICTURES: how many (default: all).
# Root rights; emulated, so a quarter of an hour: right for results, meaningless for speed.
set -uo pipefail
root=${1:?usage: check-package.sh ROOT DEB [FOLDER]}
deb=${2:?usage: check-package.sh ROOT DEB [FOLDER]}
checkout=$(cd "$(dirname "$0")/../../.." && pwd)
data=$(cd "${EDGECLASSIFY_TEST_DATA:-$checkout/../shared}" && pwd)
found=${3:-$(mktemp -d)}
mkdir -p "$found" && found=$(cd "$found" && pwd)

failed=0
row() { printf '%-58s %s\n' "$1" "$2"; }
# The core of a Pi Zero 2 W: for the processor that qemu claims to be OpenBLAS takes kernels that compute nonsense in it.
there() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  OPENBLAS_CORETYPE="${CORE:-CORTEXA53}" "$@"; }
# step NAME LOG COMMAND...: a row of the table, by its exit status.
step() {
  local name=$1 log=$found/$2; shift 2
  local began=$SECONDS
  if "$@" > "$log" 2>&1; then row "$name" "ok ($((SECONDS - began)) s)"; return; fi
  row "$name" "FAILED, exit status $?:"; tail -5 "$log"; failed=1; return 1
}
end() {
  for place in srv/data proc dev/shm; do mountpoint -q "$root/$place" && umount "$root/$place"; done
}
trap end EXIT
mkdir -p "$root/srv/data"
mount --bind -o ro "$data" "$root/srv/data"
mount -t proc proc "$root/proc"  # never /sys: LiteRT would read the host's processors there
mount -t tmpfs tmpfs "$root/dev/shm"
cp "$deb" "$root/srv/package.deb"
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" && chmod 755 "$root/usr/sbin/policy-rc.d"

step 'apt install' apt.log there apt-get install -y -q --no-install-recommends /srv/package.deb || exit 1
machine=$(there uname -m)
row "machine, Python" "$machine, $(there sh -c 'ls -d /usr/lib/edgeclassify/lib/python3*' | sed 's,.*/python,,')"
step 'edgeclassify --version' version.log there edgeclassify --version

minor=$(there sh -c 'ls -d /usr/lib/edgeclassify/lib/python3*' | sed 's,.*/python,,')
python=${PYTHON:-$checkout/.venv-$minor/bin/python}
runtimes=()
for module in ai_edge_litert tflite_runtime; do
  [ -d "$root/usr/lib/edgeclassify/lib/python$minor/site-packages/$module" ] || continue
  [ $module = ai_edge_litert ] && runtimes+=(litert) || runtimes+=(tflite-runtime)
done
photos=$(cd "$data/images" && ls ./*.jpg | head -"${PICTURES:-1000}" | sed "s,^\./,/srv/data/images/,")
mkdir -p /srv/data && mount --bind -o ro "$data" /srv/data
trap 'umount /srv/data; end' EXIT

# same RUNTIME MODEL AT_LEAST: the best labels there and here.
same() {
  local name
  name=$(basename "$2" .tflite)-$1
  local asked=(classify --json --threads 1 --runtime "$1" --model "$2")
  [ "$2" = builtin ] || asked+=(--labels /srv/data/models/imagenet_labels.txt)
  local began=$SECONDS
  # shellcheck disable=SC2086
  if ! there edgeclassify "${asked[@]}" $photos > "$found/$machine-$name.json" 2> "$found/$name.log"; then
    row "classify, $name" "FAILED:"; tail -5 "$found/$name.log"; failed=1; return
  fi
  # shellcheck disable=SC2086
  (cd "$checkout" && "$python" -m edgeclassify "${asked[@]}" $photos > "$found/here-$name.json" 2>> "$found/$name.log")
  said=$(python3 "$checkout/tests/target/arm/compare.py" "$found/here-$name.json" "$found/$machine-$name.json" "$3") || failed=1
  row "classify, $name" "${said#*: } ($((SECONDS - began)) s)"
}
count=$(echo "$photos" | wc -l)
for runtime in "${runtimes[@]}"; do
  # The models of 2018 are simpler: with the old runtime all must be equal.
  [ "$runtime" = litert ] && old=$((count * 98 / 100)) || old=$count
  # The smallest is right with half of the photos: in five of 100 its two best labels are as good as equal.
  [ "$runtime" = litert ] && small=$((count * 95 / 100)) || small=$count
  same "$runtime" builtin $((count * 98 / 100))
  same "$runtime" /srv/data/models/tf2_mobilenet_v2_1.0_224_ptq.tflite $((count * 98 / 100))
  same "$runtime" /srv/data/models/mobilenet_v2_1.0_224_quant.tflite "$old"
  same "$runtime" /srv/data/models/mobilenet_v1_0.25_128_quant.tflite "$small"
done
# A 32-bit ARM has no broker for it: docs/release.md.
if [ -d "$root/usr/lib/edgeclassify/lib/python$minor/site-packages/amqtt" ]; then
  step 'edgeclassify demo --frames 20' demo.log there edgeclassify demo --frames 20
else
  row 'edgeclassify demo' 'not in this package'
fi
step 'apt purge' purge.log there apt-get purge -y -q edgeclassify
left=$(there find / -xdev -name '*edgeclassify*' -not -path '/srv/*' -not -path '/proc/*' -not -path '/var/log/*' | head -5)
[ -z "$left" ] && row 'left after purge' nothing || { row 'left after purge' "$left"; failed=1; }
[ -n "${3:-}" ] || rm -rf "$found"
exit $failed
