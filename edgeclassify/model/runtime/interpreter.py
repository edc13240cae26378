"""Opens a .tflite file in LiteRT or tflite-runtime: tensors, views into their memory, one `invoke()`."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.runtime.cores import auto_threads
from edgeclassify.model.runtime.delegates import DelegateChoice, ExternalDelegate
from edgeclassify.model.runtime.refusals import refusal
from edgeclassify.model.runtime.runtimes import import_runtime
from edgeclassify.types.model_choice import RuntimeName

logger = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True)
class DelegatedPart:
    """`library`: the delegate's. `takes_part`: False where it has taken none of the operators; None: not known."""

    library: str
    takes_part: bool | None


class OutputViews:
    """The output tensors by index, each fetched when asked for: views as of `Interpreter`."""

    def __init__(self, functions: Sequence[Callable[[], NDArray[Any]]]) -> None:
        self._functions = tuple(functions)

    def __len__(self) -> int:
        return len(self._functions)

    def __getitem__(self, index: int, /) -> NDArray[Any]:
        return self._functions[index]()


class Interpreter:
    """A loaded model of one input and one or more outputs, allocated and run once. Not thread-safe.

    The views are numpy arrays on the interpreter's own memory. The runtime refuses to invoke while one of
    them is alive, and a later invoke may move the memory: fetch a view, use it, drop it.
    """

    def __init__(self, native: Any, runtime: str, threads: int = 1, part: "DelegatedPart | None" = None) -> None:
        self.runtime = runtime
        """Name and version, e.g. "litert 2.3.0"."""
        self.threads = threads
        """How many threads an invoke takes on the CPU."""
        self.delegated = part
        """What a delegate has taken of it; None where there is no delegate."""
        self.inputs = tuple(_spec(detail) for detail in native.get_input_details())
        self.outputs = tuple(_spec(detail) for detail in native.get_output_details())
        # Bound once: a call of tensor() checks and wraps anew each time, the function it returns does not.
        self._input = native.tensor(self.inputs[0].index)
        self.output_views = OutputViews([native.tensor(output.index) for output in self.outputs])
        """The output tensors, zero copy. Drop each (or copy it) before the next `invoke()`."""
        self._invoke = native.invoke

    def input_view(self) -> NDArray[Any]:
        """The first input tensor, writable, zero copy. Drop it before `invoke()`."""
        view: NDArray[Any] = self._input()
        return view

    def invoke(self) -> None:
        """Run the model on what is in the input tensor; the GIL is released meanwhile."""
        self._invoke()


def open_interpreter(
    path: Path,
    runtime: RuntimeName = "auto",
    threads: Literal["auto"] | int = "auto",
    data: bytes | None = None,
    delegate: DelegateChoice | None = None,
) -> Interpreter:
    """Open a .tflite file and run it once, so that the first frame does not pay for packing the weights.

    `data`: its bytes, where they have been read before. The runtime works on these bytes, never on the file: what
    is written over the file while it is in use changes nothing.
    Raises ModelError where the runtime or the delegate refuses the model, RuntimeMissingError where there is no
    runtime, DelegateError where the delegate can't be had.
    The file's structure must have been checked before (`read_model_file`): the runtimes trust it and crash.
    """
    label, module = import_runtime(runtime)
    count = auto_threads() if threads == "auto" else threads
    delegates = None if delegate is None else [ExternalDelegate(delegate)]
    try:
        content = path.read_bytes() if data is None else data
        native = module.Interpreter(model_content=content, num_threads=count, experimental_delegates=delegates)
        part = None if delegate is None else DelegatedPart(delegate.library, _takes_part(native))
        native.allocate_tensors()
        native.invoke()
        opened = Interpreter(native, label, count, part)
    except (ValueError, RuntimeError) as error:
        who = label if delegate is None else f"{label} with the delegate {delegate.library}"
        raise ModelError(refusal(path, who, str(error))) from error
    logger.debug("%s opened by %s with %d threads, %s", path, label, count, part or "no delegate")
    return opened


def _takes_part(native: Any) -> bool | None:
    """Has a delegate taken operators? Asked before tensors are allocated: then the runtime's own comes to it."""
    details = getattr(native, "_get_ops_details", None)
    return None if details is None else any(one["op_name"] == "DELEGATE" for one in details())


def run_on(opened: Interpreter, sample: bytes) -> None:
    """Invoke it on an input of these bytes, or the beginning of one."""
    view = opened.input_view()
    view.reshape(-1).view("uint8")[: len(sample)] = bytearray(sample)
    del view
    opened.invoke()


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
