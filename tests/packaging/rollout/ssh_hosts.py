"""Hosts for a roll-out, on this machine: each a real sshd with /etc, /var, /run and /usr/local of its own.

In place of systemd there is a script that starts, reloads and watches one process: `edgeclassify run`, as it is.
What systemd itself makes of the service is looked at in tests/target/systemd.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.broker import HOST, free_port
from tests.support.waiting import patient, wait_for

MOUNTS = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
for folder in etc var usr/local; do
  mkdir -p "$1/$folder/upper" "$1/$folder/work"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$1/$folder/upper,workdir=$1/$folder/work" "/$folder"
done
mount -t tmpfs tmpfs /run
"""
ENTER = """
mkdir -p /run/sshd /run/lock /etc/edgeclassify /var/lib/edgeclassify /usr/local/bin
sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow
cp "$2/edgeclassify" "$2/systemctl" /usr/local/bin/
exec /usr/sbin/sshd -D -e -f /dev/null -p "$3" -h "$2/key" -o ListenAddress=127.0.0.1 -o PidFile=none \\
  -o UsePAM=no -o StrictModes=no -o PermitRootLogin=prohibit-password -o AuthorizedKeysFile="$2/key.pub" \\
  -o 'AcceptEnv=no' -o PrintMotd=no
"""
SYSTEMCTL = """#!/bin/sh
pid=$(cat /run/daemon.pid 2> /dev/null)
alive() { [ -n "$pid" ] && [ -e "/proc/$pid/exe" ]; }  # one that has died and was not missed yet has none
case "$*" in
  'is-active --quiet edgeclassify') alive ;;
  'show -p NRestarts --value edgeclassify') echo 0 ;;
  'stop edgeclassify') alive && kill "$pid" ;;
  'reload-or-restart edgeclassify')
    if [ -e /run/dies-once ]; then rm /run/dies-once; kill -9 "$pid"; exit 0; fi
    if alive; then
      edgeclassify check /etc/edgeclassify/edgeclassify.toml || exit 1
      kill -HUP "$pid"
    else
      exec 9>&-
      setsid edgeclassify run --config /etc/edgeclassify/edgeclassify.toml > /run/daemon.log 2>&1 < /dev/null &
      echo $! > /run/daemon.pid
    fi ;;
  *) echo "systemctl $*: not known here" >&2; exit 1 ;;
esac
"""


def needs_mounts() -> None:
    """Skips the test where nothing may be mounted, or no sshd is there."""
    if shutil.which("sshd", path="/usr/sbin") is None:
        pytest.skip("sshd is not installed (Debian: apt-get install openssh-server)")
    if os.geteuid() != 0:
        pytest.skip("needs root, for mounts")


class SshHosts:
    """Used as a context; `ssh` is the command that reaches them, `addresses` what it takes."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self.folder, self.names = folder, names
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._config = folder / "ssh_config"

    @property
    def ssh(self) -> str:
        """With its options."""
        return f"ssh -F {self._config}"

    def __enter__(self) -> "SshHosts":
        python = Path(sys.executable)
        files = {
            "edgeclassify": f'#!/bin/sh\nexec {python} -m edgeclassify "$@"\n',
            "systemctl": SYSTEMCTL,
            "enter.sh": MOUNTS + ENTER,
        }
        for name, text in files.items():
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)
        key = self.folder / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        lines = [
            f"IdentityFile {key}", "StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "LogLevel ERROR",
            "BatchMode yes", "User root", f"HostName {HOST}", "ConnectTimeout 10",
        ]  # fmt: skip
        ports = {name: free_port() for name in self.names}
        hosts = [f"Host {name}\n  Port {port}\n" for name, port in ports.items()]
        self._config.write_text("".join(hosts) + "Host *\n" + "".join(f"  {line}\n" for line in lines))
        for name, port in ports.items():
            root = self.folder / name
            root.mkdir()
            command = [
                "unshare",
                "--mount",
                "sh",
                str(self.folder / "enter.sh"),
                str(root),
                str(self.folder),
                str(port),
            ]
            with (self.folder / f"{name}.log").open("wb") as log:
                self._processes[name] = subprocess.Popen(command, stdout=log, stderr=log)
        for name in self.names:
            wait_for(lambda name=name: self.run(name, "true").returncode == 0, 20)  # type: ignore[misc]
        return self

    def __exit__(self, *_: object) -> None:
        for name, process in self._processes.items():
            if process.poll() is None:
                self.run(name, "kill -9 $(cat /run/daemon.pid)")
            process.send_signal(signal.SIGTERM)
            process.wait(patient(10))

    def run(self, name: str, command: str, text: str | None = None) -> "subprocess.CompletedProcess[str]":
        """A command on a host."""
        return subprocess.run(
            [*self.ssh.split(), name, command], input=text, capture_output=True, text=True, check=False,
            timeout=patient(60),
        )  # fmt: skip

    def config(self, name: str) -> str:
        """The config that it has now."""
        return self.run(name, "cat /etc/edgeclassify/edgeclassify.toml").stdout
