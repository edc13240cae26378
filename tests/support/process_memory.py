"""What the kernel says of a process: its memory, threads and open files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessMemory:
    """Resident memory in KiB. `anon`: nobody else can have it (heap, stacks, changed data of libraries); `file`:
    pages of files (code, mapped data), which the kernel may drop and read again; `shared`: of memory files.
    `pss`: pages that several processes have count in shares. `peak`: the most that was ever resident."""

    rss: int
    anon: int
    file: int
    shared: int
    pss: int
    peak: int
    threads: int
    open_files: int


def process_memory(pid: int) -> ProcessMemory:
    """As it is now. Raises FileNotFoundError or ProcessLookupError where the process has ended."""
    root = Path(f"/proc/{pid}")
    status = _numbers(root / "status")
    return ProcessMemory(
        rss=status["VmRSS"],
        anon=status["RssAnon"],
        file=status["RssFile"],
        shared=status["RssShmem"],
        pss=_numbers(root / "smaps_rollup")["Pss"],
        peak=status["VmHWM"],
        threads=status["Threads"],
        open_files=sum(1 for _ in (root / "fd").iterdir()),
    )


def _numbers(file: Path) -> dict[str, int]:
    """The lines of the form `Name:  12 kB`."""
    found = {}
    for line in file.read_text().splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if words and words[0].isdecimal():
            found[name] = int(words[0])
    return found
