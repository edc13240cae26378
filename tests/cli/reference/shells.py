"""What bash, zsh and fish offer for a line that was begun: the real shells, with the completions that we write."""

import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.waiting import patient

_LIMIT_S = patient(60)


def _needs(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"needs {shell} (Debian: apt-get install {shell})")
    return found


def bash_offers(folder: Path, line: str, script: Path) -> set[str]:
    """Of a function that is called as bash would call it when TAB is pressed behind `line`."""
    words = re.findall(r"=|[^\s=]+", line) + ([""] if line.endswith(" ") else [])
    program = (
        f"source {script}; COMP_WORDS=({' '.join(repr(word) for word in words)}); "
        "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _edgeclassify; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    command = [_needs("bash"), "--norc", "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    assert done.stderr == ""
    return set(done.stdout.split("\n")) - {""}


def fish_offers(folder: Path, line: str, script: Path) -> set[str]:
    """As `complete -C` answers, without descriptions."""
    program = f"source {script}; complete -C '{line}'"
    environment = os.environ | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config")}
    command = [_needs("fish"), "--no-config", "-c", program]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_LIMIT_S, check=False
    )
    assert done.stderr == ""
    return {offered.split("\t")[0] for offered in done.stdout.splitlines()}


def zsh_completed(folder: Path, line: str, script: Path) -> str:
    """`line` as it stands after TAB was pressed behind it, on a terminal of zsh's own.

    zsh completes only there. What it offers is told apart by pressing TAB where one answer is left.
    """
    shell = _needs("zsh")
    setup = folder / "setup.zsh"
    setup.write_text(
        f"fpath=({script.parent} $fpath); autoload -Uz compinit; compinit -D -u\n"
        "PS1='READY> '; RPS1=''; unsetopt zle_bracketed_paste 2> /dev/null\n"
        "unset zle_bracketed_paste\n"
        # What the line holds is printed, and nothing of it is run.
        "show() { print -r -- \"<<$BUFFER>>\"; BUFFER=''; zle redisplay; zle accept-line }\n"
        "zle -N show; bindkey '^X' show\n"
    )
    terminal, end = pty.openpty()
    command = ["setsid", "--ctty", "--wait", shell, "-f", "-i"]
    environment = os.environ | {"TERM": "dumb", "HOME": str(folder)}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=end, stdout=end, stderr=end, start_new_session=True
    )
    os.close(end)
    try:
        os.write(terminal, f"source {setup}\n".encode())
        _read_until(terminal, rb"READY> \Z|READY> [^\n]*\Z")
        os.write(terminal, f"{line}\t\x18".encode())
        shown = _read_until(terminal, rb"<<(.*)>>")
    finally:
        os.close(terminal)  # it hangs up
        process.wait(_LIMIT_S)
    lines: list[str] = re.findall(r"<<(.*?)>>", shown)
    return lines[-1].rstrip()


def _read_until(terminal: int, wanted: bytes) -> str:
    seen, end = b"", time.monotonic() + _LIMIT_S
    while not re.search(wanted, seen):
        ready, _, _ = select.select([terminal], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"zsh said only {seen!r}"
        seen += os.read(terminal, 65536)
    return seen.decode(errors="replace")
