"""What nodes are told to do: a command with its arguments, checked here before anybody is asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edgeclassify.contract.refusals import RequestError
from edgeclassify.contract.requests.reading import request_of
from edgeclassify.errors import UsageError
from edgeclassify.fleet.interface import Answer, Target
from edgeclassify.fleet.known import KnownNodes
from edgeclassify.types import Command, Response

EACH_VIEW = "*"
"""In the place of a view's name: each view of a node, one after the other."""
MOST_ANSWER_BYTES = 262_144
"""Longer answers are not read."""
_MOST_ERROR = 300


class _Nobody:
    """Who asks, while an order is only looked at."""

    def answer(self, response: Response) -> None:
        """Nothing is answered here."""


@dataclass(frozen=True, slots=True)
class Order:
    """`said`: in words, for people. `each_view`: it goes to every view of a node, by its name."""

    command: Command
    said: str
    body: Mapping[str, Any] = field(default_factory=dict)
    each_view: bool = False

    def check(self) -> None:
        """Raises UsageError, with what was expected, for arguments that no node would take."""
        view = self.body.get("view")
        try:
            request_of(self.command, self.body, [view] if isinstance(view, str) else ["view"], _Nobody())
        except RequestError as error:
            raise UsageError(f"fleet {self.command}: {error}") from error

    def targets(self, nodes: Sequence[str], known: KnownNodes) -> list[Target]:
        """Whom it goes to; a node that has not said which views it has stands for itself."""
        if not self.each_view:
            return [Target(node) for node in nodes]
        return [Target(node, view) for node in nodes for view in known.views(node) or ("",)]

    def payload(self, target: Target, transaction: str) -> bytes:
        """The request."""
        view = {"view": target.view} if target.view else {}
        return json.dumps({**self.body, **view, "transaction": transaction}).encode()


def answer_of(payload: bytes) -> tuple[str, Answer] | None:
    """Transaction and answer; None where it is none with a transaction that is text."""
    if len(payload) > MOST_ANSWER_BYTES:
        return None
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    transaction = body.get("transaction") if isinstance(body, dict) else None
    if not isinstance(transaction, str):
        return None
    data, error = body.get("data"), body.get("error")
    if body.get("status") == "ok" and isinstance(data, dict):
        return transaction, Answer(data)
    if body.get("status") == "error" and isinstance(error, str) and error:
        return transaction, Answer({}, error[:_MOST_ERROR])
    return transaction, Answer({}, "its answer is none of the contract")
