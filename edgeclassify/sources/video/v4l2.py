"""What a V4L2 device is, has and can be set to, asked of the kernel (OpenCV can't enumerate).

Source: the kernel's include/uapi/linux/videodev2.h. None of the structures used here contains a pointer or a long,
so they are the same on 32 and 64 bits; only v4l2_format is aligned differently.
"""

import errno
import fcntl
import os
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass

_VIDEO_CAPTURE = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
_CAP_VIDEO_CAPTURE = 0x0000_0001
_CAP_DEVICE_CAPS = 0x8000_0000
_DISCRETE = 1
_NEXT_CTRL = 0x8000_0000
_DISABLED, _READ_ONLY, _INACTIVE = 0x01, 0x04, 0x10


def _ioctl_number(direction: int, number: int, size: int) -> int:
    return direction << 30 | size << 16 | ord("V") << 8 | number


_READ, _BOTH = 2, 3
_CAPABILITY = struct.Struct("=16s32s32s6I")
_FMTDESC = struct.Struct("=3I32s5I")
_FRMSIZE = struct.Struct("=3I6I2I")
_FRMIVAL = struct.Struct("=5I6I2I")
_QUERYCTRL = struct.Struct("=2I32s4iI2I")
_QUERYMENU = struct.Struct("=2I32sI")
_CONTROL = struct.Struct("=Ii")
_FORMAT_BYTES = 208 if struct.calcsize("P") == 8 else 204

_QUERYCAP = _ioctl_number(_READ, 0, _CAPABILITY.size)
_ENUM_FMT = _ioctl_number(_BOTH, 2, _FMTDESC.size)
_G_FMT = _ioctl_number(_BOTH, 4, _FORMAT_BYTES)
_S_FMT = _ioctl_number(_BOTH, 5, _FORMAT_BYTES)
_G_CTRL = _ioctl_number(_BOTH, 27, _CONTROL.size)
_S_CTRL = _ioctl_number(_BOTH, 28, _CONTROL.size)
_QUERY_CTRL = _ioctl_number(_BOTH, 36, _QUERYCTRL.size)
_QUERY_MENU = _ioctl_number(_BOTH, 37, _QUERYMENU.size)
_ENUM_FRAMESIZES = _ioctl_number(_BOTH, 74, _FRMSIZE.size)
_ENUM_FRAMEINTERVALS = _ioctl_number(_BOTH, 75, _FRMIVAL.size)


class ControlType(IntEnum):
    """V4L2_CTRL_TYPE_*: those that have one number as value."""

    INTEGER = 1
    BOOLEAN = 2
    MENU = 3
    BUTTON = 4
    BITMASK = 8
    INTEGER_MENU = 9


@dataclass(frozen=True, slots=True)
class V4l2Device:
    """A node of /dev: who drives it, what it calls itself, and whether frames can be captured from it."""

    driver: str
    card: str
    bus: str
    captures: bool


@dataclass(frozen=True, slots=True)
class Mode:
    """A frame format (its four characters) in one size, with the frame rates in it, the fastest first.

    `step`: 0, or the device takes any size up to this one, in such steps and from `least` on.
    """

    fourcc: str
    width: int
    height: int
    rates: tuple[float, ...] = ()
    step: int = 0
    least: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Control:
    """Something that can be set. `menu`: names of its values, where it has names. `value` None: not readable."""

    id: int
    name: str
    kind: ControlType
    least: int
    greatest: int
    step: int
    default: int
    value: int | None
    menu: dict[int, str]
    settable: bool


@contextmanager
def opened(path: str | Path) -> Iterator[int]:
    """A file descriptor on a device, to ask and set with; others may capture meanwhile. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def device(descriptor: int) -> V4l2Device:
    """What it is. Raises OSError where it is no V4L2 device."""
    answer = _CAPABILITY.unpack(fcntl.ioctl(descriptor, _QUERYCAP, bytes(_CAPABILITY.size)))
    driver, card, bus = (_text(part) for part in answer[:3])
    _, capabilities, device_caps = answer[3:6]
    own = device_caps if capabilities & _CAP_DEVICE_CAPS else capabilities
    return V4l2Device(driver, card, bus, bool(own & _CAP_VIDEO_CAPTURE))


def is_busy(descriptor: int) -> bool:
    """True while another program captures from it. Asked by setting the format that it has."""
    try:
        current = fcntl.ioctl(descriptor, _G_FMT, struct.pack("=I", _VIDEO_CAPTURE).ljust(_FORMAT_BYTES, b"\0"))
        fcntl.ioctl(descriptor, _S_FMT, current)
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def modes(descriptor: int) -> list[Mode]:
    """All formats, sizes and frame rates that it offers. Raises OSError when it does not answer."""
    found: list[Mode] = []
    for index in range(64):
        wanted = _FMTDESC.pack(index, _VIDEO_CAPTURE, 0, b"", 0, 0, 0, 0, 0)
        answer = _asked(descriptor, _ENUM_FMT, wanted)
        if answer is None:
            break
        fourcc = _FMTDESC.unpack(answer)[4]
        found += _sizes(descriptor, fourcc)
    return found


def _sizes(descriptor: int, fourcc: int) -> Iterator[Mode]:
    name = fourcc.to_bytes(4, "little").decode("ascii", "replace").rstrip()
    for index in range(256):
        answer = _asked(descriptor, _ENUM_FRAMESIZES, _FRMSIZE.pack(index, fourcc, *[0] * 9))
        if answer is None:
            return
        _, _, kind, *size = _FRMSIZE.unpack(answer)
        if kind == _DISCRETE:
            width, height = size[:2]
            yield Mode(name, width, height, _rates(descriptor, fourcc, width, height))
            continue
        least_width, width, step, least_height, height, _ = size[:6]
        yield Mode(
            name, width, height, _rates(descriptor, fourcc, width, height), max(1, step),
            (least_width, least_height),
        )  # fmt: skip
        return


def _rates(descriptor: int, fourcc: int, width: int, height: int) -> tuple[float, ...]:
    rates: set[float] = set()
    for index in range(64):
        answer = _asked(descriptor, _ENUM_FRAMEINTERVALS, _FRMIVAL.pack(index, fourcc, width, height, *[0] * 9))
        if answer is None:
            break
        kind, seconds, parts, greatest, of = _FRMIVAL.unpack(answer)[4:9]
        if seconds:
            rates.add(round(parts / seconds, 3))
        if kind != _DISCRETE:  # any interval from the least to the greatest
            if greatest:
                rates.add(round(of / greatest, 3))
            break
    return tuple(sorted(rates, reverse=True))


def controls(descriptor: int) -> list[Control]:
    """All controls that have a number as value, by v4l2-ctl's names. Raises OSError when it does not answer."""
    found: list[Control] = []
    number = 0
    for _ in range(512):
        wanted = _QUERYCTRL.pack(number | _NEXT_CTRL, 0, b"", 0, 0, 0, 0, 0, 0, 0)
        answer = _asked(descriptor, _QUERY_CTRL, wanted)
        if answer is None:
            break
        number, kind, name, least, greatest, step, default, flags, *_ = _QUERYCTRL.unpack(answer)
        if flags & _DISABLED or kind not in iter(ControlType):
            continue
        control_type = ControlType(kind)
        found.append(
            Control(
                id=number,
                name=_slug(_text(name)),
                kind=control_type,
                least=least,
                greatest=greatest,
                step=step,
                default=default,
                value=None if control_type is ControlType.BUTTON else _value(descriptor, number),
                menu=_menu(descriptor, number, control_type, least, greatest),
                settable=not flags & (_READ_ONLY | _INACTIVE),
            )
        )
    return found


def set_control(descriptor: int, control: Control, value: int) -> None:
    """Set it. Raises OSError where the device refuses."""
    fcntl.ioctl(descriptor, _S_CTRL, _CONTROL.pack(control.id, value))


def _menu(descriptor: int, number: int, kind: ControlType, least: int, greatest: int) -> dict[int, str]:
    menu: dict[int, str] = {}
    if kind not in (ControlType.MENU, ControlType.INTEGER_MENU):
        return menu
    for index in range(least, min(greatest, least + 255) + 1):
        answer = _asked(descriptor, _QUERY_MENU, _QUERYMENU.pack(number, index, b"", 0))
        if answer is not None:
            name = _QUERYMENU.unpack(answer)[2]
            is_number = kind is ControlType.INTEGER_MENU
            menu[index] = str(int.from_bytes(name[:8], "little", signed=True)) if is_number else _text(name)
    return menu


def _value(descriptor: int, number: int) -> int | None:
    """None where it can't be read, as of controls that are only for writing."""
    try:
        answer = fcntl.ioctl(descriptor, _G_CTRL, _CONTROL.pack(number, 0))
    except OSError as error:
        if error.errno == errno.ENODEV:
            raise
        return None
    return int(_CONTROL.unpack(answer)[1])


def _asked(descriptor: int, request: int, wanted: bytes) -> bytes | None:
    """The answer; None where the device says that there is none (the end of a list, an unknown control).

    Raises OSError for everything else: a bus that falters must not look like a camera that has nothing.
    """
    try:
        return fcntl.ioctl(descriptor, request, wanted)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOTTY, errno.ENODATA):
            return None
        raise


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _slug(name: str) -> str:
    """A control's name as one word: "Exposure Time, Absolute" → "exposure_time_absolute"."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
