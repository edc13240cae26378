"""Opens a .tflite file in LiteRT or tflite-runtime: tensors, views into their memory, one `invoke()`.

The only importer of ai_edge_litert and tflite_runtime; the rest takes the `Interpreter` object.
"""

import importlib
import logging
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ModelError, RuntimeMissingError

logger = logging.getLogger(__name__)

RuntimeName = Literal["auto", "litert", "tflite-runtime"]
MAX_AUTO_THREADS = 4
"""A Pi has four cores; a MobileNet gains nothing from more threads."""


@dataclass(frozen=True, slots=True)
class _Runtime:
    """One of the two runtimes: how it is called here, imported and installed."""

    name: RuntimeName
    module: str
    distributions: tuple[str, ...]
    install: str


# In the order of "auto": LiteRT is 10 to 60 times faster, its XNNPACK covers quantized models.
_RUNTIMES = (
    _Runtime(
        "litert",
        "ai_edge_litert",
        ("ai-edge-litert", "ai-edge-litert-nightly"),
        "pip install 'ai-edge-litert>=2.1,<3' (64-bit Python 3.11 or newer)",
    ),
    _Runtime(
        "tflite-runtime",
        "tflite_runtime",
        ("tflite-runtime",),
        "pip install 'edgeclassify[tflite-runtime]' (Python 3.11)",
    ),
)


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """An input or output tensor. Quantized: real = scale * (q - zero_point); scale 0: not quantized."""

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float
    zero_point: int

    @property
    def is_quantized(self) -> bool:
        """True where the values are integers that stand for real numbers."""
        return self.scale > 0 and self.dtype.kind in "iu"


class Interpreter:
    """A loaded model of one input and one output, allocated and run once. Not thread-safe.

    The views are numpy arrays on the interpreter's own memory. The runtime refuses to invoke while one of
    them is alive, and a later invoke may move the memory: fetch a view, use it, drop it.
    """

    def __init__(self, native: Any, runtime: str) -> None:
        self.runtime = runtime
        """Name and version, e.g. "litert 2.3.0"."""
        self.inputs = tuple(_spec(detail) for detail in native.get_input_details())
        self.outputs = tuple(_spec(detail) for detail in native.get_output_details())
        # Bound once: a call of tensor() checks and wraps anew each time, the function it returns does not.
        self._input = native.tensor(self.inputs[0].index)
        self._output = native.tensor(self.outputs[0].index)
        self._invoke = native.invoke

    def input_view(self) -> NDArray[Any]:
        """The first input tensor, writable, zero copy. Drop it before `invoke()`."""
        view: NDArray[Any] = self._input()
        return view

    def output_view(self) -> NDArray[Any]:
        """The first output tensor, zero copy. Drop it (or copy it) before the next `invoke()`."""
        view: NDArray[Any] = self._output()
        return view

    def invoke(self) -> None:
        """Run the model on what is in the input tensor; the GIL is released meanwhile."""
        self._invoke()


def open_interpreter(
    path: Path,
    runtime: RuntimeName = "auto",
    threads: Literal["auto"] | int = "auto",
    data: bytes | None = None,
) -> Interpreter:
    """Open a .tflite file and run it once, so that the first frame does not pay for packing the weights.

    `data`: its bytes, where they have been read before. The runtime works on these bytes, never on the file: what
    is written over the file while it is in use changes nothing.
    Raises ModelError where the runtime refuses the model, RuntimeMissingError where there is no runtime.
    The file's structure must have been checked before (`read_model_file`): the runtimes trust it and crash.
    """
    found, module = _import_runtime(runtime)
    label = f"{found.name} {_version(found, module)}"
    count = auto_threads() if threads == "auto" else threads
    try:
        content = path.read_bytes() if data is None else data
        native = module.Interpreter(model_content=content, num_threads=count)
        native.allocate_tensors()
        native.invoke()
        opened = Interpreter(native, label)
    except (ValueError, RuntimeError) as error:
        raise ModelError(refusal(path, label, str(error))) from error
    logger.debug("%s opened by %s with %d threads", path, label, count)
    return opened


def auto_threads() -> int:
    """The number of cores that this process may use, at most 4."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MAX_AUTO_THREADS, usable)


def runtime_name(runtime: RuntimeName = "auto") -> str:
    """Name and version of what runs models here, e.g. "litert 2.3.0". Raises RuntimeMissingError."""
    found, module = _import_runtime(runtime)
    return f"{found.name} {_version(found, module)}"


def in_words(runtime: str) -> str:
    """A runtime's name as its makers write it, for people: "litert 2.3.0" → "LiteRT 2.3.0"."""
    return runtime.replace("litert", "LiteRT", 1)


def available_runtimes() -> tuple[RuntimeName, ...]:
    """The names of the runtimes that can be imported here, in the order of "auto"."""
    names = []
    for candidate in _RUNTIMES:
        try:
            _import_module(candidate)
        except ImportError:
            continue
        names.append(candidate.name)
    return tuple(names)


def refusal(path: Path, runtime: str, complaint: str) -> str:
    """One line for the user out of a runtime's complaint about a model."""
    return f"{path}: {runtime} refuses this model: {_summary(complaint)}"


def _summary(complaint: str) -> str:
    """What is wrong and what to do, in the words of the complaint where it is of no known kind."""
    if found := re.search(r"builtin opcode '(\w+)' version '(\d+)'", complaint):
        return (
            f"it has no version {found[2]} of the operator {found[1]}. "
            "Use the other runtime or a newer one, or convert the model for an older one."
        )
    if found := re.search(r"builtin_code out of range: (\d+)", complaint):
        return f"it does not know operator number {found[1]}. Use the other runtime or a newer one."
    if found := re.search(r"Select TensorFlow op.*?\(([\w.-]+)\) failed to prepare", complaint, re.DOTALL):
        return f"the operator {found[1]} is one of TensorFlow's own. Convert the model with TFLite operators only."
    if found := re.search(r"unresolved custom op: ([\w.:-]+)", complaint, re.IGNORECASE):
        return (
            f"the custom operator {found[1].rstrip('.:')} is not available. A model compiled for an accelerator "
            "has one: use its CPU variant."
        )
    if found := re.search(r"Node number \d+ \((\w+)\) failed", complaint):
        reason = complaint[: found.start()].strip().splitlines()[-1:] or [""]
        return f"its operator {found[1]} can't be prepared ({_shortened(_without_source_place(reason[0]))})."
    return _shortened(_without_source_place(" ".join(complaint.split())))


def _without_source_place(text: str) -> str:
    return re.sub(r"^\S*\.(?:cc|h):\d+ ", "", text)


def _shortened(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _import_runtime(wanted: RuntimeName) -> tuple[_Runtime, ModuleType]:
    """The runtime to use: the wanted one, or with "auto" the first that can be imported."""
    candidates = [candidate for candidate in _RUNTIMES if wanted in ("auto", candidate.name)]
    faults = []
    for candidate in candidates:
        try:
            return candidate, _import_module(candidate)
        except ImportError as error:
            faults.append(f"{candidate.module}: {_shortened(str(error).strip() or type(error).__name__)}")
    raise RuntimeMissingError(_missing(wanted, candidates, faults))


def _import_module(candidate: _Runtime) -> ModuleType:
    """The runtime's interpreter module; ImportError where it is absent or can't be loaded."""
    try:
        return importlib.import_module(f"{candidate.module}.interpreter")
    except (AttributeError, SystemError) as error:
        # tflite-runtime next to numpy 2: its extension was built for numpy 1.
        raise ImportError(f"{error} (tflite-runtime needs numpy < 2)") from error


def _missing(wanted: str, candidates: Iterable[_Runtime], faults: list[str]) -> str:
    what = "no runtime for .tflite models" if wanted == "auto" else f"the runtime {wanted!r} is not usable"
    how = ", or ".join(candidate.install for candidate in candidates)
    return f"{what} here ({'; '.join(faults)}). Install it: {how}."


def _version(found: _Runtime, module: ModuleType) -> str:
    for distribution in found.distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    package = importlib.import_module(found.module)
    return str(getattr(package, "__version__", "of unknown version"))


def _spec(detail: dict[str, Any]) -> TensorSpec:
    scale, zero_point = detail["quantization"]
    return TensorSpec(
        index=int(detail["index"]),
        name=str(detail["name"]),
        shape=tuple(int(size) for size in detail["shape"]),
        dtype=np.dtype(detail["dtype"]),
        scale=float(scale),
        zero_point=int(zero_point),
    )
