"""Everything for a bug report in one file, and no secret in it.

Three lines of defence: the config goes in value by value, and only what is certain to be no secret; what is known
to be secret (of the config, of the files that it names, of the environment) is taken out of every text; and what
looks like a URL with a password is cut, whoever wrote it.
"""

import io
import json
import os
import platform
import secrets
import tarfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from edgeclassify.doctor.around import Around
from edgeclassify.doctor.redacted_config import known_secrets, redacted_config
from edgeclassify.doctor.software.python import versions
from edgeclassify.errors import StorageError
from edgeclassify.files import printable
from edgeclassify.files.plain import write_whole
from edgeclassify.redaction import redacted_text, remember, scrubbed

_LINES = 1000
_STACK_LINES = 300
_MOST_BYTES = 1_000_000
"""Of one text: the end of it is kept."""
_STACKS = ("Fatal Python error", "Thread 0x", "Current thread 0x", "Traceback (most recent call last)")


def write_bundle(file: Path, around: Around, said: Mapping[str, Any]) -> None:
    """Write the bundle. `said`: the document of all checks. Raises StorageError."""
    remember(known_secrets(around))
    content = _archive(dict(_parts(around, said)))
    try:
        # Root may write into a folder of somebody else, who could have put a link there.
        write_whole(file, content, 0o600, _asker(), f".{secrets.token_hex(8)}.tmp")
    except OSError as error:
        raise _refused(file, error.strerror or str(error)) from error


def check_place(file: Path) -> None:
    """Before minutes of checks: can it be written there? Raises StorageError."""
    if file.is_dir():
        raise _refused(file, "it is a folder")
    if not file.parent.is_dir():
        raise _refused(file, "its folder is not there")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise _refused(file, "its folder is not for us to write to")


def _refused(file: Path, why: str) -> StorageError:
    return StorageError(f"{printable(file)}: can't be written: {why}. Choose another place.")


def _asker() -> tuple[int, int] | None:
    """User and group of who typed sudo: the bundle is his, to read and to send."""
    user, group = os.environ.get("SUDO_UID", ""), os.environ.get("SUDO_GID", "")
    is_asked = os.geteuid() == 0 and user.isdecimal() and group.isdecimal()
    return (int(user), int(group)) if is_asked else None


def _parts(around: Around, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and text of each file of the bundle."""
    yield "doctor.json", json.dumps(_cleaned(said), indent=2)
    yield "config.toml", redacted_config(around.config_file)
    yield "versions.json", json.dumps({**versions(), "system": platform.platform()}, indent=2)
    unit, ask = around.unit, around.ask
    for name, command in (
        ("unit.txt", ["systemctl", "cat", "--no-pager", unit]),
        ("unit-state.txt", ["systemctl", "status", "--no-pager", "--full", "--lines=0", unit]),
        ("kernel.txt", ["dmesg", "--level=emerg,alert,crit,err,warn"]),
    ):
        answer = ask(command)
        yield name, answer.output or answer.errors
    log = ask([
        "journalctl", f"--unit={unit}", "--no-pager", "--quiet", "--output=short-iso", f"--lines={_LINES}",
    ])  # fmt: skip
    yield "log.txt", log.output or log.errors
    yield "stacks.txt", _stacks(log.output)


def _stacks(log: str) -> str:
    """What the log has of the last stacks: faulthandler's, where the watchdog or a crash hit, and tracebacks."""
    lines = log.splitlines()
    begins = [number for number, line in enumerate(lines) if any(word in line for word in _STACKS)]
    if not begins:
        return "no stack in the last lines of the log\n"
    begin = max(begins[0], begins[-1] - _STACK_LINES)
    return "\n".join(lines[begin : begins[-1] + _STACK_LINES]) + "\n"


def _cleaned(value: Any) -> Any:
    """Without secrets, before JSON writes a line's end as a letter: a short secret is looked for as a word."""
    if isinstance(value, Mapping):
        return {without_secrets(str(key)): _cleaned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return without_secrets(value) if isinstance(value, str) else value


def without_secrets(text: str) -> str:
    """What may leave this machine of a text."""
    return "\n".join(scrubbed(redacted_text(scrubbed(line))) for line in text[-_MOST_BYTES:].split("\n"))


def _archive(parts: Mapping[str, str]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, text in parts.items():
            data = without_secrets(text).encode("utf-8", "replace")
            entry = tarfile.TarInfo(f"edgeclassify-report/{name}")
            entry.size, entry.mtime, entry.mode = len(data), int(time.time()), 0o600
            archive.addfile(entry, io.BytesIO(data))
    return written.getvalue()
