"""What all requests have: they describe, judge, say what is wrong with them, and become a types.Request."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from edgeclassify import types
from edgeclassify.contract.bodies.base import Body, Level, about
from edgeclassify.contract.refusals import choices, hint, shown
from edgeclassify.late_model import Field, ValidationInfo, field_validator
from edgeclassify.types import Asker, Command

MAX_TRANSACTION = 64
"""Characters of a transaction that is text."""

Transaction = (
    Annotated[str, Field(max_length=MAX_TRANSACTION)] | Annotated[int, Field(ge=-(2**63), lt=2**63)] | None
)


class Request(Body):
    """Asks for something; nothing is needed, and an empty payload is a request too."""

    words: ClassVar[Mapping[str, str]] = {
        "transaction": f"text of at most {MAX_TRANSACTION} characters or an integer of 64 bits"
    }
    """What is expected of a key, for who got it wrong. Each class adds its own, also where keys are inherited."""

    transaction: Transaction = about("Comes back in the answer.", default=None)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it, for who carries it out."""
        return types.Request(command, self.transaction, asker=asker)

    @classmethod
    def among(cls, key: str, views: Sequence[str]) -> Sequence[str] | None:
        """The words of which a key's value must be one, on a node with these views; None: it is described."""
        return None

    @classmethod
    def fault(cls, key: str, found: Any, views: Sequence[str]) -> str:
        """What is told of a key whose value is wrong, in one sentence."""
        if (known := cls.among(key, views)) is not None:
            return f"{key}: expected one of {choices(known)}, found {shown(found)}{hint(found, known)}"
        described = (one.words[key] for one in cls.__mro__ if issubclass(one, Request) and key in one.words)
        return f"{key}: expected {next(described)}, found {shown(found)}"


class OfViews(Request):
    """Has a view, which is one of the node's."""

    @classmethod
    def among(cls, key: str, views: Sequence[str]) -> Sequence[str] | None:
        """As of `Request`."""
        return views if key == "view" else super().among(key, views)


class ViewRequest(OfViews):
    """Asks for something of one view."""

    view: Level | None = about(
        "Name of the view; may be left out where the node has one only.", default=None, validate_default=True
    )

    @field_validator("view")
    @classmethod
    def _is_there(cls, view: str | None, info: ValidationInfo) -> str | None:
        """One of the node's views, where those are known. Where there is one only, it need not be named."""
        views: Sequence[str] | None = info.context
        if view is None and views is not None and len(views) == 1:
            return views[0]
        return one_of(views, view)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        return types.Request(command, self.transaction, self.view, asker=asker)


class ViewsRequest(OfViews):
    """Asks for something of one view, or of all."""

    view: Level | None = about("Name of the view; absent: all of them.", default=None)

    @field_validator("view")
    @classmethod
    def _is_there(cls, view: str | None, info: ValidationInfo) -> str | None:
        return None if view is None else one_of(info.context, view)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        return types.Request(command, self.transaction, self.view, asker=asker)


def one_of(views: Sequence[str] | None, view: str | None) -> str | None:
    """The view. Raises ValueError where it is none of the node's, as far as those are known."""
    if views is not None and view not in views:
        raise ValueError("expected a view of the node")
    return view
