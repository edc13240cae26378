"""Delegates: shared libraries that run what they can of a model on an accelerator, in either runtime.

A library has two functions by which it is made and given back, `tflite_plugin_create_delegate` and
`tflite_plugin_destroy_delegate`, as TensorFlow Lite's external delegates have them. It is native code of
strangers: try it in a process of its own first.
"""

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self
from weakref import WeakSet

from edgeclassify.errors import DelegateError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.runtime.refusals import shortened
from edgeclassify.types import ModelChoice

_CREATE, _DESTROY = "tflite_plugin_create_delegate", "tflite_plugin_destroy_delegate"
_REPORT = ctypes.CFUNCTYPE(None, ctypes.c_char_p)
WITHOUT = 'Without it the CPU runs the model: delegate = "none".'

_AGAIN = " Or does its device serve one at a time, and this service has it open: restart it instead of a reload."


@dataclass(frozen=True, slots=True)
class DelegateChoice:
    """Which library, by its path or a name that the loader finds, and what it is told."""

    library: str
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, choice: ModelChoice) -> Self | None:
        """That of a model; None where the CPU runs all of it."""
        return None if choice.delegate is None else cls(choice.delegate, choice.delegate_options)


class ExternalDelegate:
    """A delegate that was loaded and has started. It must outlive each interpreter that it was given to.

    Raises DelegateError, with what the library says, where it is not there, is none, or does not start.
    """

    def __init__(self, choice: DelegateChoice) -> None:
        self._native: int | None = None
        self._library = _loaded(choice.library)
        self._native = _started(self._library, choice)
        self.choice = choice
        _in_use.add(self)

    def _get_native_delegate_pointer(self) -> int | None:
        """What the interpreters of both runtimes ask of a delegate, by this name."""
        return self._native

    def __del__(self) -> None:
        # What never came to be is not given back: some libraries do not survive that.
        if self._native is not None:
            getattr(self._library, _DESTROY)(ctypes.c_void_p(self._native))
            self._native = None


_in_use: "WeakSet[ExternalDelegate]" = WeakSet()


def is_in_use(library: str) -> bool:
    """True where this process has it open, with whatever options: its device may be one that no other process can
    have meanwhile."""
    return any(one.choice.library == library for one in list(_in_use))


def _loaded(library: str) -> Any:
    if "/" in library and not Path(library).exists():
        raise DelegateError(
            f"{library}: expected the shared library of a delegate, found nothing there. {WITHOUT}"
        )
    try:
        loaded = ctypes.CDLL(library)
    except OSError as error:
        reason = shortened(str(error))
        if reason.startswith(f"{library}: cannot open"):
            raise DelegateError(
                f"{library}: expected a shared library that the system's loader finds, found none. Install it, or "
                f"name its path. {WITHOUT}"
            ) from error
        raise DelegateError(f"{library}: the delegate can't be loaded: {reason}. {WITHOUT}") from error
    for function in (_CREATE, _DESTROY):
        if not hasattr(loaded, function):
            raise DelegateError(
                f"{library}: expected a delegate of TensorFlow Lite, found a library without {function}. Name the "
                f"library of the accelerator's delegate. {WITHOUT}"
            )
    return loaded


def _started(library: Any, choice: DelegateChoice) -> int:
    create = getattr(library, _CREATE)
    create.restype = ctypes.c_void_p
    said: list[str] = []
    report = _REPORT(lambda text: said.append((text or b"").decode(errors="replace")))
    keys, values = (_texts([pair[i] for pair in choice.options]) for i in (0, 1))
    native = create(keys, values, ctypes.c_size_t(len(choice.options)), report)
    if native is None:
        reason = shortened(" ".join(" ".join(said).split()).rstrip(".")) or "it does not say why"
        raise DelegateError(
            f"{choice.library}: the delegate does not start: {reason}. Is its device there, may this user use it, "
            f"and are its options right ({_shown(choice.options)})?{_AGAIN if is_in_use(choice.library) else ''} "
            f"{WITHOUT}"
        )
    return int(native)


def _texts(texts: Sequence[str]) -> Any:
    return (ctypes.c_char_p * len(texts))(*(text.encode() for text in texts))


def _shown(options: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{key}={value}" for key, value in options) or "none"
