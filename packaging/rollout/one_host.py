"""What is done with one host: everything over one connection of ssh, then a look at its node over MQTT."""

import io
import json
import os
import shlex
import signal
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rollout.hosts import Host

SCRIPT = Path(__file__).with_name("on_host.sh")
OUTCOMES = ("done", "unchanged", "refused", "rolled-back", "broken", "unreachable", "not asked")
GOOD = ("done", "unchanged")
_REMOTE = (
    'd=$(mktemp -d) || exit 73; tar -xf - -C "$d" || { rm -rf "$d"; exit 73; }; '
    'if [ "$(id -u)" = 0 ]; then as=; else as="sudo -n"; fi; '
    '$as env SETTLE=@SETTLE@ PACKAGE=@PACKAGE@ APT=@APT@ sh "$d/on_host.sh" @ACTION@ < /dev/null; s=$?; '
    'rm -rf "$d"; exit $s'
)


@dataclass(frozen=True)
class Result:
    """What came of it on a host: one of OUTCOMES, and why. `switched`: its config is another one than before."""

    host: Host
    outcome: str
    why: str = ""
    switched: bool = False

    @property
    def good(self) -> bool:
        """It is as it should be."""
        return self.outcome in GOOD


@dataclass(frozen=True)
class Work:
    """What is done on every host. `ssh`: the command before the address; `gate`: that which is asked for a node.

    `deb`: a package to bring; `apt`: a version for apt, or "newest". `settle_s`: how long the service must run.
    `time_out_s`: how long all may take on a host, beside that.
    """

    ssh: Sequence[str] = (
        "ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15",
    )  # fmt: skip
    gate: Sequence[str] = ()
    deb: Path | None = None
    apt: str = ""
    settle_s: int = 10
    time_out_s: float = 900.0

    @property
    def longest_s(self) -> float:
        """When a host is waited for no more: the service may settle with the new and the old config."""
        return self.time_out_s + 3 * self.settle_s


def apply(work: Work, host: Host, config: str | None) -> Result:
    """Package and config (None: that which it has), then the node's answer; without one the config goes back."""
    result = _on_host(work, host, "apply", config)
    if not result.good or not work.gate:
        return result
    why = _silence(work, host)
    if not why:
        return result
    if not result.switched:  # what is kept there is the config before an earlier roll-out
        return Result(host, "broken", f"{result.why}; {why}" if result.outcome == "done" else why)
    undone = _on_host(work, host, "undo", None)
    if undone.outcome == "done":
        return Result(host, "rolled-back", why)
    return Result(host, "broken", f"{why}; and the config before could not be put back: {undone.why}")


def undo(work: Work, host: Host) -> Result:
    """The config before is put back."""
    return _on_host(work, host, "undo", None)


def _on_host(work: Work, host: Host, action: str, config: str | None) -> Result:
    """One connection: script, config and package go there as a tar file, and the script runs."""
    with_package = action == "apply"
    values = {
        "SETTLE": str(work.settle_s),
        "PACKAGE": work.deb.name if work.deb is not None and with_package else "",
        "APT": work.apt if with_package else "",
        "ACTION": action,
    }
    remote = _REMOTE
    for name, value in values.items():
        remote = remote.replace(f"@{name}@", shlex.quote(value))
    command = [*work.ssh, host.address, remote]
    with tempfile.TemporaryFile() as bundle:
        try:
            _pack(bundle, work.deb if with_package else None, config)
        except OSError as error:
            return Result(host, "unreachable", f"what is brought there can't be packed: {error}")
        bundle.seek(0)
        try:
            process = subprocess.Popen(
                # Of its own session: Ctrl-C is ours to obey, and what was begun there is brought to its end.
                command, stdin=bundle, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
            )  # fmt: skip
        except OSError as error:
            return Result(host, "unreachable", f"{work.ssh[0]}: {error}")
    try:
        out, err = process.communicate(timeout=work.longest_s)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Result(host, "broken", f"no end within {work.longest_s:g} s: what it has now is not known")
    return _result(host, process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def _pack(file: IO[bytes], deb: Path | None, config: str | None) -> None:
    with tarfile.open(fileobj=file, mode="w", dereference=True) as tar:
        tar.add(SCRIPT, "on_host.sh")
        if config is not None:
            data = config.encode()
            entry = tarfile.TarInfo("edgeclassify.toml")
            entry.size, entry.mode = len(data), 0o600
            tar.addfile(entry, io.BytesIO(data))
        if deb is not None:
            tar.add(deb, deb.name)


def _result(host: Host, status: int, out: str, err: str) -> Result:
    lines = out.splitlines()
    switched = "SWITCHED" in lines
    said = [line for line in lines if line.startswith("RESULT ")]
    if said:
        outcome, _, why = said[-1].removeprefix("RESULT ").partition(": ")
        if outcome in OUTCOMES:
            return Result(host, outcome, _plain(why), switched)
    last = _plain((err.strip() or out.strip() or f"exit status {status}").splitlines()[-1])
    if "BEGUN" in lines:
        return Result(
            host, "broken", f"the connection was lost after it had begun: what it has now is not known: {last}"
        )
    return Result(host, "unreachable", last)


def _silence(work: Work, host: Host) -> str:
    """Why its node is not well, as the broker sees it; "": it is."""
    command = [*work.gate, "--node", host.node, "--json"]
    try:
        # Ctrl-C is ours to obey here, too.
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=work.time_out_s, check=False, start_new_session=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{' '.join(command)}: {error}"
    if done.returncode == 0:
        return ""
    with suppress(ValueError, LookupError, TypeError):
        found = json.loads(done.stdout)["nodes"][0]
        return _plain(f"over MQTT it is {found['outcome']}{': ' + found['why'] if found['why'] else ''}")
    return _plain((done.stderr.strip() or f"{work.gate[0]}: exit status {done.returncode}").splitlines()[-1])


def _plain(text: str) -> str:
    """Without what would act on a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:500]
