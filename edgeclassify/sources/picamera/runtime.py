"""The only importer of picamera2 and libcamera: where they can't be had, it says what to do."""

import inspect
from types import ModuleType
from typing import Any

from edgeclassify.errors import SourceUnusableError

INSTALL = (
    "Install it with `sudo apt install python3-picamera2`, in an environment made with "
    "`python3 -m venv --system-site-packages`."
)


def picamera2() -> ModuleType:
    """The module picamera2. Raises SourceUnusableError, with the remedy, where it can't be imported."""
    try:
        import picamera2 as module
    except ModuleNotFoundError as error:
        what = error.name or "a module"
        raise SourceUnusableError(
            f"picamera: expected picamera2, but the module {what} is not here. {INSTALL}"
        ) from error
    except ValueError as error:
        if "size changed" not in str(error):
            raise
        raise SourceUnusableError(
            "picamera: picamera2's modules (simplejpeg) were built for another numpy than the one installed "
            f"here ({error}). Use one numpy for both: that of apt (`pip uninstall numpy` in the environment), or "
            "`pip install --force-reinstall --no-cache-dir simplejpeg`."
        ) from error
    except ImportError as error:
        raise SourceUnusableError(
            f"picamera: picamera2 is here, but can't be loaded: {error}. {INSTALL}"
        ) from error
    check_age(module)
    return module  # type: ignore[no-any-return]


def check_age(module: ModuleType) -> None:
    """Raises SourceUnusableError for a picamera2 that lacks what is used here (it came with 0.3.18)."""
    has_timeouts = "timeout" in inspect.signature(module.Picamera2.wait).parameters
    if not has_timeouts or "write" not in inspect.signature(module.MappedArray.__init__).parameters:
        raise SourceUnusableError(
            "picamera: expected picamera2 0.3.18 or later, found an older one. `sudo apt update && sudo apt "
            "full-upgrade` brings it up to date."
        )


def libcamera() -> ModuleType:
    """The module libcamera, which picamera2 has imported by then."""
    import libcamera as module

    return module  # type: ignore[no-any-return]


def imx708() -> Any:
    """picamera2's class for the sensor of the Camera Module 3. Raises ImportError where picamera2 is too old."""
    from picamera2.devices.imx708 import IMX708

    return IMX708


def bt601() -> Any:
    """libcamera's name for BT.601, limited range."""
    return libcamera().ColorSpace.Smpte170m()


def transform(hflip: bool, vflip: bool) -> Any:
    """libcamera's name for a mirrored frame."""
    return libcamera().Transform(hflip=hflip, vflip=vflip)


def enumerators(control: str) -> dict[str, int]:
    """Names and numbers of the values of a control that is an enumeration; empty for any other."""
    controls = libcamera().controls
    for place in (controls, getattr(controls, "draft", None), getattr(controls, "rpi", None)):
        members = getattr(getattr(place, f"{control}Enum", None), "__members__", None)
        if members is not None:
            return {name: int(value) for name, value in members.items()}
    return {}


def chain(error: BaseException) -> str:
    """An error's text with its causes: picamera2 wraps libcamera's reason."""
    texts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(texts) < 4:
        texts.append(str(cause).rstrip(".") or type(cause).__name__)
        cause = cause.__cause__
    return ": ".join(dict.fromkeys(texts))
