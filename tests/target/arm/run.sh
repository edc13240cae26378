#!/bin/bash
# run.sh ROOT [BASE...]: the whole way of a taught model on this machine and on emulated 64-bit ARM, in both runtimes:
# the same labels must come out everywhere, also of a model that was taught here and is asked there.
# BASE: names of the catalog or files of the test data (EDGECLASSIFY_TEST_DATA, else ../shared); default: builtin and
# the small MobileNetV1. PYTHON: a Python 3.11 with the project and both runtimes. Root rights, a minute.
set -euo pipefail
root=${1:?usage: run.sh ROOT [BASE...]}; shift
checkout=$(cd "$(dirname "$0")/../../.." && pwd)
data=$(cd "${EDGECLASSIFY_TEST_DATA:-$checkout/../shared}" && pwd)
python=${PYTHON:-$checkout/.venv-3.11/bin/python}
[ $# -gt 0 ] || set -- builtin models/mobilenet_v1_0.25_128_quant.tflite

bases=(); for base in "$@"; do [ "$base" = "${base%.tflite}" ] || base=/srv/data/$base; bases+=("$base"); done
found=$(mktemp -d); mkdir -p "$root/srv/project" "$root/srv/data" "$root/srv/found" /srv/data
trap 'umount "$root/srv/project" "$root/srv/data" "$root/srv/found" /srv/data 2>/dev/null; rm -rf "$found"' EXIT
# At the same place here and there, so that a base is found by its path.
mount --bind "$data" /srv/data
mount --bind -o ro "$checkout" "$root/srv/project"
mount --bind -o ro "$data" "$root/srv/data"
mount --bind "$found" "$root/srv/found"

export EDGECLASSIFY_TEST_DATA=/srv/data PYTHONDONTWRITEBYTECODE=1
script=tests/target/arm/check_teaching.py
# The core of a Pi Zero 2 W: for the processor that qemu claims to be OpenBLAS takes kernels that compute nonsense in it.
arm=(chroot "$root" /usr/bin/env -C /srv/project PYTHONPATH=/srv/project:/opt/site HOME=/tmp
     OPENBLAS_CORETYPE=CORTEXA53 python3.11 $script)
cd "$checkout"
for runtime in litert tflite-runtime; do
  taught=$(PYTHONPATH=$checkout "$python" $script $runtime "$found/here-$runtime.json" "${bases[@]}" 2>/dev/null)
  cp -r "$taught" "$found/taught-$runtime"
  "${arm[@]}" $runtime /srv/found/arm-$runtime.json "${bases[@]}" >/dev/null
  EDGECLASSIFY_TAUGHT=/srv/found/taught-$runtime \
    "${arm[@]}" $runtime /srv/found/arm-$runtime-taught-here.json "${bases[@]}"
done
"$python" - "$found" <<'PYTHON'
import json, sys
from pathlib import Path

reports = {path.stem: json.loads(path.read_text()) for path in sorted(Path(sys.argv[1]).glob("*.json"))}
first = reports["here-litert"]
bases = [key for key, value in first.items() if isinstance(value, dict)]
differing = 0
for name, report in reports.items():
    print(f"{name} ({report['machine']}, {report['runtime']})")
    for base in bases:
        labels, scores = report[base]["labels"], report[base]["scores"]
        right = sum(a == b for a, b in zip(labels, report["truth"], strict=True))
        others = sum(a != b for a, b in zip(labels, first[base]["labels"], strict=True))
        furthest = max(abs(a - b) for a, b in zip(scores, first[base]["scores"], strict=True))
        differing += others
        print(f"  {base:34} {right} of {len(labels)} right; {others} other labels than here in LiteRT, "
              f"scores at most {furthest:.3f} apart")
sys.exit(f"{differing} labels differ" if differing else 0)
PYTHON
