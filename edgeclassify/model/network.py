"""The network of a .tflite file: its preprocessing and its interpreter."""

import time

from edgeclassify.errors import ModelError
from edgeclassify.model.embedding.output import EmbeddingOutput
from edgeclassify.model.interface import Network, Outputs, Prepared
from edgeclassify.model.preprocess.input_memory import IN_FLIGHT, InputMemory
from edgeclassify.model.preprocess.preprocessor import Preprocessor
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.types import FULL_FRAME, Frame, Roi


class TfliteNetwork(Network):
    """A network of a .tflite file, in an interpreter of its own.

    `name` names it in messages. `in_flight`: how many inputs may be prepared and not yet inferred. The first is
    written straight into the interpreter's input; those beside it are copied there, each in its turn.
    `embedding`: as of `Network`. `origin`: what it was opened from, for who compares; None: not known.
    """

    def __init__(
        self,
        name: str,
        interpreter: Interpreter,
        preprocessor: Preprocessor,
        in_flight: int = IN_FLIGHT,
        embedding: EmbeddingOutput | None = None,
        origin: object = None,
    ) -> None:
        self._name, self.interpreter, self._preprocessor = name, interpreter, preprocessor
        self._embedding, self.origin = embedding, origin
        self._memory = InputMemory(interpreter.input_view, in_flight)

    @property
    def runtime(self) -> str:
        """Name and version of the runtime, e.g. "litert 2.3.0"."""
        return self.interpreter.runtime

    @property
    def threads(self) -> int:
        """How many threads an invoke takes on the CPU."""
        return self.interpreter.threads

    @property
    def delegate(self) -> str | None:
        """The library that runs what it can of the model; None: the CPU runs all of it."""
        part = self.interpreter.delegated
        return None if part is None or part.takes_part is False else part.library

    @property
    def embedding(self) -> EmbeddingOutput | None:
        """As of `Network`."""
        return self._embedding

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        """As of `Network`."""
        started = time.perf_counter()
        memory = self._memory
        ticket = memory.take()
        try:
            # The array is not bound to a name: the runtime refuses to invoke while one on its memory is alive.
            self._preprocessor.fill(frame, memory.array(ticket), roi)
        except BaseException:
            memory.give_back(ticket)
            raise
        preprocess_ms = (time.perf_counter() - started) * 1e3
        return Prepared(
            ticket,
            preprocess_ms,
            frame.sequence,
            frame.captured_at_ns,
            frame.captured_at,
            frame.origin,
            frame.scene_ns,
        )

    def infer(self, prepared: Prepared) -> Outputs:
        """As of `Network`."""
        self._memory.load(prepared.ticket)
        try:
            self.interpreter.invoke()
        except (RuntimeError, ValueError) as error:
            reason = str(error).strip()[:160]
            raise ModelError(f"{self._name}: {self.runtime} failed: {reason}") from error
        finally:
            self._memory.give_back(prepared.ticket)
        return self.interpreter.output_views

    def discard(self, prepared: Prepared) -> None:
        """As of `Network`."""
        self._memory.give_back(prepared.ticket)

    def wanted_side(self, roi: Roi = FULL_FRAME) -> int:
        """As of `Network`."""
        return self._preprocessor.wanted_side(roi)
