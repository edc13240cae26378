"""Room on the disks that are written to, and what the card or disk tells of its wear."""

import os
import shutil
from pathlib import Path

from edgeclassify.daemon.kept.kept_state import state_folder
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding

_MB = 1_000_000
SCARCE_MB, FULL_MB = 300, 30
_FEW_FILES = 1000
_END_OF_LIFE = {1: "as expected", 2: "80 % of the spare blocks are used", 3: "90 % of the spare blocks are used"}


def written_folders(around: Around) -> list[Path]:
    """Where the daemon writes, nearest folder that is there; / where no config says more."""
    config = around.config
    named = [] if config is None else [state_folder(config)]
    if config is not None and config.snapshot.disk:
        named.append(config.snapshot.folder)
    return [_existing(folder) for folder in named if folder is not None] or [Path("/")]


def _existing(folder: Path) -> Path:
    for place in (folder, *folder.parents):
        try:
            if place.is_dir():
                return place
        except PermissionError:
            continue
    return Path("/")


def look_at_disk(around: Around) -> list[Finding]:
    """Of each file system that is written to."""
    found: dict[int, Finding] = {}
    for folder in written_folders(around):
        try:
            device = folder.stat().st_dev
            if device not in found:
                found[device] = _room(folder)
        except OSError as error:
            text = f"can't be looked at: {error.strerror}"
            found.setdefault(-1, unknown("disk", text, "Run it with sudo.", subject=str(folder)))
    return list(found.values())


def _room(folder: Path) -> Finding:
    usage, files = shutil.disk_usage(folder), os.statvfs(folder)
    figures = {"free_bytes": usage.free, "total_bytes": usage.total}
    shown, subject = f"{usage.free // _MB:,} MB of {usage.total // _MB:,} MB free".replace(",", " "), str(folder)
    remedy = "Make room: sudo apt clean, sudo journalctl --vacuum-size=50M, older snapshots and recordings."
    if usage.free < SCARCE_MB * _MB:
        say = fault if usage.free < FULL_MB * _MB else warning
        return say("disk", shown, remedy, subject=subject, figures=figures)
    if files.f_files and files.f_favail < _FEW_FILES:
        text = f"{shown}, but only {files.f_favail} more files can be made"
        return fault("disk", text, remedy, subject=subject, figures=figures)
    return ok("disk", shown, subject=subject, figures=figures)


def look_at_wear(around: Around) -> list[Finding]:
    """Of the disk that the daemon writes to most: what eMMC tells of its life, and errors of its file system."""
    folder = written_folders(around)[0]
    try:
        number = folder.stat().st_dev
    except OSError as error:
        return [unknown("sd-card", f"{folder} can't be looked at: {error.strerror}", "Run it with sudo.")]
    block = (around.places.sys / f"dev/block/{os.major(number)}:{os.minor(number)}").resolve()
    if not block.is_dir():
        return [unknown("sd-card", f"{folder} lies on no disk of its own (memory, a container, the network)")]
    disk = block.parent if (block / "partition").exists() else block
    errors = _number(around.places.sys / f"fs/ext4/{block.name}/errors_count")
    if errors:
        remedy = "Save what you need, and replace it; then: sudo touch /forcefsck && sudo reboot"
        return [fault("sd-card", f"{disk.name}: {errors} errors of its file system", remedy,
                      figures={"errors": errors})]  # fmt: skip
    return [_wear(disk, _written(around, block.name))]


def _wear(disk: Path, written: str) -> Finding:
    name = " ".join(filter(None, (disk.name, _text(disk / "device/name"), _text(disk / "device/model"))))
    ages = [int(word, 16) for word in _text(disk / "device/life_time").split() if word.startswith("0x")]
    spare = _number(disk / "device/pre_eol_info", 16) or 0
    if not any(ages):
        if disk.name.startswith("mmcblk"):
            return unknown("sd-card", f"{name}: SD cards do not tell their wear{written}; no errors so far")
        how = f"Ask it: sudo apt install smartmontools && sudo smartctl -a /dev/{disk.name}"
        return unknown("sd-card", f"{name}{written}: no errors so far; its wear is not known here", how)
    used = 10 * max(ages)
    figures = {"life_used_percent": min(used, 100), "pre_eol": spare}
    shown = f"{name}: {'all' if used > 100 else f'up to {used} %'} of its life used{written}"
    if spare > 1 or used > 80:
        more = f"; {_END_OF_LIFE[spare]}" if spare in _END_OF_LIFE and spare > 1 else ""
        return warning("sd-card", f"{shown}{more}", "Save what you need, and replace it soon.", figures=figures)
    return ok("sd-card", shown, figures=figures)


def _written(around: Around, partition: str) -> str:
    kilobytes = _number(around.places.sys / f"fs/ext4/{partition}/lifetime_write_kbytes")
    return "" if not kilobytes else f", {kilobytes / 1e6:.0f} GB written"


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _number(path: Path, base: int = 10) -> int | None:
    try:
        return int(_text(path), base)
    except ValueError:
        return None
