"""The check-up of this machine, as `edgeclassify doctor` makes it."""

from http import HTTPStatus
from typing import Any, Literal

from edgeclassify.web.api.interface import ApiBody, Asked, Endpoint
from edgeclassify.web.api.refused import RefusedError

_Standing = Literal["ok", "unknown", "warning", "fault"]


class Found(ApiBody):
    """What one check found. `check`: its id, as the docs explain it; `subject`: which of several (a camera)."""

    check: str
    subject: str | None
    title: str
    standing: _Standing
    found: str
    remedy: str | None
    figures: dict[str, Any] | None


class CheckedUp(ApiBody):
    """All that was found. `ts`: when it began."""

    version: str
    ts: str
    checks: list[Found]
    worst: _Standing


async def _answer(asked: Asked) -> CheckedUp:
    around = asked.around
    file = around.node.facts.config_file
    if file is None:
        raise RefusedError(HTTPStatus.CONFLICT, "this node runs without a config file: there is nothing to check")
    return CheckedUp.model_validate(await around.checkup.ask(file, around.threads.run))


DOCTOR = (
    Endpoint(
        "GET", "/api/doctor", _answer,
        "A check-up of machine, program, service, broker and page: what is wrong, what to do. It takes seconds.",
        "node", gives=CheckedUp,
    ),
)  # fmt: skip
