"""The governor around the model of a board: one step after the other, and what came of it."""

import itertools
from dataclasses import dataclass

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.governor import Governor
from edgeclassify.governor.interface import AT_WILL, Verdict
from tests.governor.plant import HOUR_S, Plant

STEP_S = 10.0


@dataclass(frozen=True, slots=True)
class Moment:
    """After one step."""

    at_h: float
    temperature_c: float
    verdict: Verdict
    percent: float
    power_w: float
    frames: float


def run(plant: Plant, config: GovernorConfig | None, hours: float) -> list[Moment]:
    """So long, a moment for each step. `config` None: nobody governs."""
    governor = None if config is None else Governor(config)
    verdict, moments = AT_WILL, list[Moment]()
    for _ in range(round(hours * HOUR_S / STEP_S)):
        if governor is not None:
            verdict = governor.judge(plant.readings(), max(plant.interval_s, plant.board.invoke_s))
        plant.pass_time(STEP_S, verdict)
        moments.append(
            Moment(plant.at_s / HOUR_S, plant.temperature_c, verdict, plant.percent, plant.power_w, plant.frames)
        )
    return moments


def changes(moments: list[Moment]) -> int:
    """How many times frames came otherwise."""
    return sum(one.verdict.factor != other.verdict.factor for one, other in itertools.pairwise(moments))


def turns(moments: list[Moment]) -> int:
    """How many times the factor began to fall after it had risen, or the other way round."""
    factors = [one.verdict.factor for one in moments]
    moves = [after - before for before, after in itertools.pairwise(factors) if after != before]
    return sum((one > 0) is not (other > 0) for one, other in itertools.pairwise(moves))
