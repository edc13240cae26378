#!/bin/bash
# run-in-vm.sh FOLDER COMMAND...: runs a command of this machine in the VM of build-vm.sh, whose kernel has V4L2
# devices: same files, same paths, the checkout as working directory, root rights. What the command writes is gone
# afterwards, and the network is loopback only. There is no udev, so no /dev/v4l/by-id.
# Exits as the command does, with 124 when the time is up, and with 125 when the VM came to nothing.
#
# VM_VIVID     module options of vivid; default: one webcam, /dev/video0. Empty: not loaded
# VM_LOOPBACK  module options of v4l2loopback, such as "video_nr=10"; default: not loaded
# VM_TIMEOUT   seconds, default 120
# VM_MEMORY    default 1G
# VM_ACCEL     accelerators to try in turn; default: "kvm tcg" where the CPU can, else "tcg"
set -euo pipefail
folder=${1:?usage: run-in-vm.sh FOLDER COMMAND...}
: "${2:?usage: run-in-vm.sh FOLDER COMMAND...}"
shift
checkout=$(cd "$(dirname "$0")/../../.." && pwd)
timeout=${VM_TIMEOUT:-120}

job=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$job"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
echo "${VM_VIVID-n_devs=1 node_types=1 num_inputs=1 input_types=0}" > "$job/vivid"
echo "${VM_LOOPBACK-}" > "$job/v4l2loopback"
{
  printf 'cd %q\n' "$checkout"
  printf 'env -i PATH=%q HOME=%q LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1' "$PATH" "$HOME"
  printf ' %q' "$@"
  echo
} > "$job/command"
: > "$job/output"

# A /dev/kvm without one of these CPU flags takes only guests made for it: Debian's kernel would hang there.
if grep -qwE 'vmx|svm' /proc/cpuinfo; then accelerators='kvm tcg'; else accelerators=tcg; fi
accel=()
for name in ${VM_ACCEL:-$accelerators}; do accel+=(-accel "$name"); done
# quiet: each character on the serial console is slow; a panic prints all the same, and ends the VM by -no-reboot.
timeout --kill-after=5 "$timeout" qemu-system-x86_64 "${accel[@]}" -cpu max -smp 2 -m "${VM_MEMORY:-1G}" \
  -nodefaults -no-user-config -display none -no-reboot -serial "file:$job/console" \
  -virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
  -virtfs "local,path=$job,mount_tag=job,security_model=none" \
  -kernel "$folder/vmlinux" -initrd "$folder/initramfs.gz" \
  -append 'console=ttyS0 quiet panic=-1 oops=panic' </dev/null >"$job/qemu" 2>&1 &
qemu=$!
# In the background, as bash would see to a signal only after tail. It reads once more when the VM has ended.
tail -n +1 -f --sleep-interval=0.1 --pid="$qemu" "$job/output" &
ended=0
wait "$qemu" || ended=$?
wait $! || true

if [ -s "$job/status" ]; then exit "$(cat "$job/status")"; fi
{
  cat "$job/qemu"
  tail -n 40 "$job/console" 2>/dev/null || true
  if [ "$ended" = 124 ] || [ "$ended" = 137 ]; then
    echo "run-in-vm.sh: the time is up ($timeout s), the command had not ended"
  else
    echo "run-in-vm.sh: the VM ended ($ended) before the command did"
  fi
} >&2
if [ "$ended" = 124 ] || [ "$ended" = 137 ]; then exit 124; fi
exit 125
