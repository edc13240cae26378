"""What to do with a manifest whose signature is right: take it, wait, or refuse it."""

import re
from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import UpdateState
from edgeclassify.updates.interface import Manifest
from edgeclassify.updates.manifest import content_id, not_before_ts
from edgeclassify.updates.staging import is_in_share, is_named


class Step(StrEnum):
    """`TAKE` it; `WAIT` for what will come by itself; `REFUSE` it; `LEAVE` it: all is done."""

    TAKE = "take"
    WAIT = "wait"
    REFUSE = "refuse"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Known:
    """What a node knows of updates. `highest`: the greatest version that it has seen; `id`: of that one; `state`:
    what became of it, None: nothing yet; `content`: the id of what it brings, empty: not known."""

    highest: int = 0
    id: str = ""
    state: UpdateState | None = None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """The node. `version`: of edgeclassify; `now`: seconds since the epoch, None: the clock is not set."""

    node: str
    version: str
    now: float | None


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason`: for people; empty where there is nothing to say."""

    step: Step
    reason: str = ""


_DONE = (UpdateState.KEPT, UpdateState.REFUSED, UpdateState.ROLLED_BACK, UpdateState.WATCHED)


def decide(manifest: Manifest, known: Known, here: Here) -> Decision:
    """Whether this update is for this node now."""
    if manifest.version < known.highest:
        return Decision(
            Step.REFUSE,
            f"version {manifest.version} is older than {known.highest}, which was seen before: an update never "
            "goes back. Sign it again with a greater version.",
        )
    if manifest.version == known.highest and known.id:
        if manifest.id != known.id:
            return Decision(
                Step.REFUSE,
                f"version {manifest.version} was {known.id} before, and is {manifest.id} now. Sign it again with "
                "a greater version.",
            )
        if known.content and known.content != content_id(manifest):
            return Decision(
                Step.REFUSE,
                f"version {manifest.version} brought something else before. Sign it again with a greater version.",
            )
        if known.state in _DONE:
            return Decision(Step.LEAVE)
    return _of_this_node(manifest, here)


def _of_this_node(manifest: Manifest, here: Here) -> Decision:
    if not is_named(manifest, here.node):
        return Decision(Step.WAIT, "it is for other nodes")
    if manifest.min_version is not None and _numbers(here.version) < _numbers(manifest.min_version):
        return Decision(
            Step.WAIT,
            f"it needs edgeclassify {manifest.min_version}, and {here.version} runs here. Install that one",
        )
    if manifest.not_before is not None:
        if here.now is None:
            return Decision(Step.WAIT, f"it is for {manifest.not_before}, and the clock is not set")
        if here.now < not_before_ts(manifest.not_before):
            return Decision(Step.WAIT, f"it is for {manifest.not_before}")
    if not is_in_share(manifest, here.node):
        return Decision(Step.WAIT, f"it is for {manifest.percent:g} % of the nodes so far, not for this one")
    return Decision(Step.TAKE)


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers at its begin, without zeros at their end."""
    found = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(one) for one in found[0].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
