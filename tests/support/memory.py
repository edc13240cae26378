"""The most memory that this process has held, as a test may compare it.

Not getrusage(): its figure begins with the peak of the process that started this one, and can't be set back.
"""

from pathlib import Path


def forget_peak() -> None:
    """From now on the peak is that of what follows."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_kilobytes() -> int:
    """Resident memory at its highest."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise AssertionError("the kernel shows no VmHWM")
