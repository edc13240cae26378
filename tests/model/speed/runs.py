"""Interpreters whose runs take a time of their own, by a clock that they alone move."""

from dataclasses import dataclass, field
from typing import cast

from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.model.speed.measuring import Clocks


@dataclass
class Machine:
    """`ms`: of an invoke by number of threads; `open_s`: of opening; `disturbed`: so many first runs take twice as
    long, since others have the processor, but for those with the numbers `calm`."""

    ms: dict[int, float]
    open_s: float = 0.01
    disturbed: int = 0
    calm: frozenset[int] = frozenset()
    tells_waiting: bool = True
    now_s: float = 100.0
    waited_s: float = 0.0
    opened: list[int] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: self.now_s, lambda: self.waited_s if self.tells_waiting else None)

    def open(self, threads: int) -> Interpreter:
        """What measuring asks of an interpreter, of so many threads."""
        self.opened.append(threads)
        self.now_s += self.open_s
        return cast(Interpreter, _Runs(self, threads))


@dataclass
class _Runs:
    machine: Machine
    threads: int

    def invoke(self) -> None:
        took_s = self.machine.ms[self.threads] / 1e3
        self.machine.runs.append(self.threads)
        number = len(self.machine.runs)
        if number <= self.machine.disturbed and number not in self.machine.calm:
            self.machine.waited_s += took_s
            took_s *= 2
        self.machine.now_s += took_s
