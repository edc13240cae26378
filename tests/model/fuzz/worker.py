"""Lets damaged models through the checks and, those that pass, into a runtime: each in a fork of this process.

`python -m tests.model.fuzz.worker MODEL RUNTIME COUNT SEED` prints one line of JSON (Tally). The checks run in
this process, which must survive; what the runtime does to a fork is counted. A fork costs some milliseconds where
the process that the daemon starts for a new model costs a third of a second.
"""

import json
import os
import resource
import signal
import sys
import traceback
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from edgeclassify.errors import ModelError
from edgeclassify.machine import free_memory_bytes
from edgeclassify.model.description.metadata import read_metadata
from edgeclassify.model.inspect.inspection import inspect_model
from edgeclassify.model.runtime.interpreter import open_interpreter
from edgeclassify.model.runtime.runtimes import runtime_name
from edgeclassify.model.soundness.check import Need, check_soundness
from edgeclassify.model.tensors import classifier_tensors
from edgeclassify.model.tflite.model_file import ModelFile, parse_model
from edgeclassify.model.trial_run import child, trial
from edgeclassify.types.model_choice import RuntimeName
from tests.model.fuzz.mutations import mutations
from tests.support.memory import peak_kilobytes

PATH = Path("damaged.tflite")
CPU_S = 10
MOST_SHOWN = 10
_REFUSED, _BROKEN = 1, 2


@dataclass
class Tally:
    """What became of the mutations. `killed`: by signal and by the operators that were changed."""

    refused_by_checks: int = 0
    refused_by_runtime: int = 0
    ran: int = 0
    killed: dict[str, int] = field(default_factory=dict)
    tracebacks: list[str] = field(default_factory=list)
    peak_mb: int = 0

    @property
    def total(self) -> int:
        return self.refused_by_checks + self.refused_by_runtime + self.ran + self.all_killed

    @property
    def all_killed(self) -> int:
        return sum(self.killed.values())

    def add(self, other: "Tally") -> None:
        self.refused_by_checks += other.refused_by_checks
        self.refused_by_runtime += other.refused_by_runtime
        self.ran += other.ran
        self.killed = dict(Counter(self.killed) + Counter(other.killed))
        self.tracebacks = [*self.tracebacks, *other.tracebacks][:MOST_SHOWN]
        self.peak_mb = max(self.peak_mb, other.peak_mb)

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"{self.total} damaged models: {self.refused_by_checks} refused by the checks, "
            f"{self.refused_by_runtime} by the runtime, {self.ran} ran, {self.all_killed} killed the process "
            f"that tried them; {len(self.tracebacks)} tracebacks, at most {self.peak_mb} MB",
            *(f"  {count} x {what}" for what, count in Counter(self.killed).most_common(MOST_SHOWN)),
        ]


def work(whole: bytes, runtime: RuntimeName, count: int, seed: int) -> Tally:
    tally, sound = Tally(), parse_model(PATH, whole)
    runtime_name(runtime)
    for what, data in mutations(whole, count, seed):
        try:
            model = parse_model(PATH, data)
            inspect_model(model)
            read_metadata(model)
            classifier_tensors(model)
            need = check_soundness(model)
        except ModelError:
            tally.refused_by_checks += 1
        except Exception:
            tally.refused_by_checks += 1
            tally.tracebacks.append(f"{what}\n{traceback.format_exc()}")
        else:
            _count(tally, _tried(model, need, runtime), what, sound, model)
    tally.peak_mb = max(peak_kilobytes(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024
    return tally


def _tried(model: ModelFile, need: Need, runtime: RuntimeName) -> int:
    """Wait status of a fork that loads the model and invokes it twice, with the limits of a trial."""
    process = os.fork()
    if process == 0:
        status = _BROKEN
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            spare = trial.spare_bytes(need, 1, free_memory_bytes())
            child.limit(child.Order("", runtime, 1, model.size, spare, CPU_S, CPU_S))
            opened = open_interpreter(PATH, runtime, 1, model.data())
            opened.input_view()[...] = 100
            opened.invoke()
            status = 0
        except (ModelError, MemoryError, RuntimeError, ValueError):
            status = _REFUSED
        finally:
            os._exit(status)
    return os.waitpid(process, 0)[1]


def _count(tally: Tally, status: int, what: str, sound: ModelFile, model: ModelFile) -> None:
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        key = f"{name}: {_changed(sound, model) or 'something else'} ({what})"
        tally.killed[key] = tally.killed.get(key, 0) + 1
    elif os.WEXITSTATUS(status) == 0:
        tally.ran += 1
    elif os.WEXITSTATUS(status) == _REFUSED:
        tally.refused_by_runtime += 1
    else:
        tally.tracebacks.append(f"{what}: the trial ended with exit status {os.WEXITSTATUS(status)}")


def _changed(sound: ModelFile, model: ModelFile) -> str:
    """The operators that were changed, themselves or by one of their tensors."""
    tensors = {
        one.index for one, other in zip(sound.tensors, model.tensors, strict=False)
        if repr(one) != repr(other) or one.content != other.content
    }  # fmt: skip
    names = [
        one.name for one, other in zip(sound.operators, model.operators, strict=False)
        if one != other or tensors & {*one.inputs, *one.outputs}
    ]  # fmt: skip
    return ", ".join(dict.fromkeys(names))


if __name__ == "__main__":
    file, runtime, count, seed = sys.argv[1:]
    name = TypeAdapter[RuntimeName](RuntimeName).validate_python(runtime)
    print(json.dumps(asdict(work(Path(file).read_bytes(), name, int(count), int(seed)))))
