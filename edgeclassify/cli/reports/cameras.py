"""What `cameras` shows: lines for people, a record for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from edgeclassify.documents.faults import listed
from edgeclassify.sources.picamera.listing import ListedCamera, ListedControl, ListedMode
from edgeclassify.sources.video.listing import ListedDevice
from edgeclassify.sources.video.modes import COMPRESSED, UNCOMPRESSED
from edgeclassify.sources.video.v4l2 import Control, Mode


def camera_record(
    csi: Sequence[ListedCamera], devices: Sequence[ListedDevice], missing: str | None
) -> dict[str, Any]:
    """Everything as plain values; `missing`: why CSI cameras can't be listed."""
    return {
        "picamera": [{"source": f"picamera:{c.info.number}", **_plain(asdict(c))} for c in csi],
        "picamera_missing": missing,
        "v4l2": [{"source": f"v4l2:{_best_name(device)}", **_plain(asdict(device))} for device in devices],
    }


def _plain(value: Any) -> Any:
    """Paths, and what libcamera has as values, as something that JSON knows."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def print_cameras(csi: Sequence[ListedCamera], devices: Sequence[ListedDevice], missing: str | None) -> None:
    """One paragraph per camera."""
    console = Console(highlight=False)
    for camera in csi:
        _show(console, f"picamera:{camera.info.number}", camera.info.model, [
            ("id", camera.info.id),
            ("fault", camera.fault),
            ("modes", ", ".join(map(_csi_mode, camera.modes))),
            ("controls", "\n".join(map(_csi_control, camera.controls))),
        ])  # fmt: skip
    for device in devices:
        card = "" if device.device is None else f"{device.device.card} ({device.device.driver})"
        _show(console, f"v4l2:{_best_name(device)}", card, [
            ("device", str(device.path) if device.names else ""),
            ("fault", device.fault),
            ("in use by", ", ".join(device.users)),
            ("modes", "\n".join(_formats(device.modes))),
            ("controls", "\n".join(map(_v4l2_control, device.controls))),
        ])  # fmt: skip
    if missing is not None:
        console.print(f"[dim]CSI cameras are not listed: {escape(missing)}[/]")


def _show(console: Console, heading: str, about: str, rows: Sequence[tuple[str, str | None]]) -> None:
    """The source as a heading, then what is known of it in two columns."""
    console.print(f"[bold]{escape(heading)}[/]  {escape(about)}")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows:
        for number, line in enumerate((text or "").splitlines()):
            table.add_row(name if number == 0 else "", escape(line))
    console.print(Padding(table, (0, 0, 0, 2)))


def _best_name(device: ListedDevice) -> Any:
    """A name that stays the same when the camera is plugged in again, where udev gives one."""
    return device.names[0] if device.names else device.path


def _formats(modes: Iterable[Mode]) -> list[str]:
    by_format: dict[str, list[str]] = {}
    others: dict[str, None] = {}
    for mode in modes:
        if mode.fourcc not in UNCOMPRESSED + COMPRESSED:
            others[mode.fourcc] = None
            continue
        size = f"{mode.width}x{mode.height}"
        if mode.step:
            size = f"{mode.least[0]}x{mode.least[1]} to {size}"
        by_format.setdefault(mode.fourcc, []).append(f"{size}{_rate(max(mode.rates, default=None))}")
    lines = [f"{fourcc}: {', '.join(sizes)}" for fourcc, sizes in by_format.items()]
    return [*lines, f"and {listed(others)}"] if others else lines


def _rate(fastest: float | None) -> str:
    return f" at {fastest:.3g} fps" if fastest else ""


def _csi_mode(mode: ListedMode) -> str:
    return f"{mode.width}x{mode.height}{_rate(mode.fps)}{'' if mode.full_view else ' (a part of the view)'}"


def _csi_control(control: ListedControl) -> str:
    if control.names:
        return f"{control.name}: {', '.join(control.names)}"
    return f"{control.name}: {control.least} to {control.greatest}; default {control.default}"


def _v4l2_control(control: Control) -> str:
    values = ", ".join(control.menu.values()) or f"{control.least} to {control.greatest}"
    text = f"{control.name}: {values}; default {_value(control, control.default)}"
    if control.value is not None and control.value != control.default:
        text += f", now {_value(control, control.value)}"
    return text if control.settable else f"{text} (can't be set now)"


def _value(control: Control, number: int) -> str:
    return control.menu.get(number, str(number))
