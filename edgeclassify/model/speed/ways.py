"""The ways in which "auto" may run a model here, and which of them is best by what was measured."""

from collections.abc import Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.runtime.cores import auto_threads, thread_counts
from edgeclassify.model.runtime.runtimes import other_runtimes, runtime_name
from edgeclassify.model.speed.known_speeds import Ways
from edgeclassify.types import ModelChoice
from edgeclassify.types.model_choice import RuntimeName

NEAR = 1.1
"""Within so many times the quickest one, what needs less is better: fewer threads leave cores to others."""


@dataclass(frozen=True, slots=True)
class Way:
    """A runtime (its name, and with its version) in so many threads."""

    runtime: RuntimeName
    version: str
    threads: int

    @property
    def key(self) -> str:
        """As what was measured is remembered."""
        return f"{self.version}, {self.threads} thread{'' if self.threads == 1 else 's'}"


def possible_ways(choice: ModelChoice, cores: int | None = None) -> tuple[Way, ...]:
    """What the choice leaves open, the runtime that is usual here first, and fewer threads before more.

    With a delegate only one: its device is not opened several times to measure what is left to the CPU.
    """
    first = runtime_name(choice.runtime)
    name: RuntimeName = "litert" if first.startswith("litert ") else "tflite-runtime"
    if choice.delegate is not None:
        return (Way(name, first, auto_threads(cores) if choice.threads == "auto" else choice.threads),)
    runtimes = {name: first}
    if choice.runtime == "auto":
        runtimes |= other_runtimes(name)
    counts = thread_counts(cores) if choice.threads == "auto" else (choice.threads,)
    return tuple(Way(one, version, count) for one, version in runtimes.items() for count in counts)


def guessed_way(ways: Sequence[Way]) -> Way:
    """Where nothing was measured: the usual runtime, in as many threads as it may have."""
    return max((way for way in ways if way.runtime == ways[0].runtime), key=lambda way: way.threads)


def best_way(ways: Sequence[Way], known: Ways, *, tells_threads: bool = True) -> Way | None:
    """Of those that were measured; None where none was. `tells_threads` False: the figures tell runtimes apart,
    not numbers of threads, which are guessed then."""
    measured = [(way, ms) for way in ways if (ms := known.get(way.key)) is not None]
    if not measured:
        return None
    least = min(ms for _, ms in measured)
    best = next(way for way, ms in measured if ms <= NEAR * least)
    return best if tells_threads else guessed_way([way for way in ways if way.runtime == best.runtime])
