"""What is asked of taught models: examples, a fit, what is collected, what was wrong."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from edgeclassify import types
from edgeclassify.contract.bodies.base import Label, Level, Occurrence, about
from edgeclassify.contract.requests.base import OfViews, Request, one_of
from edgeclassify.late_model import Field, ValidationInfo, field_validator, model_validator
from edgeclassify.types import Asker, Command, teaching
from edgeclassify.types.teaching import MAX_HOURS, MOST_COLLECTED, MOST_EXAMPLES, TeachingOrder

ExampleId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
LookId = Annotated[int, Field(ge=1, lt=2**63)]
_LABEL = "the name of a label"
_EXAMPLE = "the id of an example, 16 hex digits as teach/list shows them"
_CLUSTER = "the id of a cluster, as teach/clusters shows it"
_NONE = "; null or unknown: it is an example of none of the classes"


class TeachRequest(Request):
    """Asks something of a taught model."""

    words: ClassVar[Mapping[str, str]] = {
        "model": "the name of a taught model: letters, digits, _ and -, 64 at most",
        "event_id": "the id of an event, as its message has it",
        "label": _LABEL,
        "example": _EXAMPLE,
        "after": _EXAMPLE,
        "fit": "true or false",
        "one_class": "true or false",
        "limit": f"an integer of 1 to {MOST_EXAMPLES}",
    }

    model: Level | None = about(
        "Name of the taught model; absent: that of the view that is meant, or the only one there is.", default=None
    )

    @property
    def order(self) -> TeachingOrder:
        """What it asks for, as a record."""
        raise NotImplementedError

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        return types.Request(command, self.transaction, teaching=self.order, asker=asker)


class TeachViewRequest(OfViews, TeachRequest):
    """Asks something of a taught model, of one of the node's views."""

    view: Level | None = about("Name of the view; may be left out where the node has one only.", default=None)

    @field_validator("view")
    @classmethod
    def _is_there(cls, view: str | None, info: ValidationInfo) -> str | None:
        return None if view is None else one_of(info.context, view)

    def to_request(self, command: Command, asker: Asker) -> types.Request:
        """The record of it."""
        return types.Request(command, self.transaction, self.view, teaching=self.order, asker=asker)


class TeachAddRequest(TeachViewRequest):
    """Asks that what a view shows now, or what was behind an event, becomes an example."""

    label: Label | None = about(f"What it shows{_NONE}.")
    event_id: Occurrence | None = about("The id of the event; absent: the view's next frame.", default=None)
    fit: bool = about("Is a head to be fitted at once?", default=False)

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.AddExample(self.label, self.view, self.event_id, self.model, self.fit)


class TeachCorrectRequest(TeachRequest):
    """Says of an event what it was."""

    words: ClassVar[Mapping[str, str]] = {"wrong": "true or false"}

    event_id: Occurrence = about("The id of the event.")
    wrong: bool = about(
        "true: it was not what was said: of two classes the other one, else none of them.", default=False
    )
    label: Label | None = about(
        "What it was: the event's own where that was right; unknown: none of the classes.", default=None
    )
    fit: bool = about("Is a head to be fitted at once?", default=True)

    @model_validator(mode="after")
    def _says_what_it_was(self) -> Self:
        if self.wrong is (self.label is not None):
            raise ValueError(
                f"label: expected {_LABEL}, or wrong = true, found {'both' if self.wrong else 'none'}"
            )
        return self

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.CorrectEvent(self.event_id, self.label, self.model, self.fit)


class TeachFitRequest(TeachRequest):
    """Asks for a head that is fitted to the examples that there are."""

    one_class: bool = about(
        "true: what is normal is all that is taught, and anything else is reported.", default=False
    )

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.Fit(self.model, self.one_class)


class TeachListRequest(TeachRequest):
    """Asks which taught models there are; of one that is named, for its examples as well."""

    model: Level | None = about("Name of the taught model; absent: all of them, without examples.", default=None)
    label: Label | None = about("Only examples of this label.", default=None)
    after: ExampleId | None = about("The examples behind this one: the next page.", default=None)
    limit: Annotated[int, Field(ge=1, le=MOST_EXAMPLES)] = about(
        "At most so many examples.", default=MOST_EXAMPLES
    )

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.ListTaught(self.model, self.label, self.after, self.limit)


class TeachMoveRequest(TeachRequest):
    """Says that an example is of another label."""

    example: ExampleId = about("Its id.")
    label: Label | None = about(f"What it shows{_NONE}.")
    fit: bool = about("Is a head to be fitted at once?", default=False)

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.MoveExample(self.example, self.label, self.model, self.fit)


class TeachRemoveRequest(TeachRequest):
    """Asks that an example, or all of a label, are taken away."""

    example: ExampleId | None = about("Its id.", default=None)
    label: Label | None = about("All examples of this label.", default=None)
    fit: bool = about("Is a head to be fitted at once?", default=False)

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.example is None) is (self.label is None):
            found = "none" if self.label is None else "both"
            raise ValueError(f"example: expected {_EXAMPLE}, or a label, found {found}")
        return self

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.RemoveExamples(self.example, self.label, self.model, self.fit)


class TeachUndoRequest(TeachRequest):
    """Asks that the last change of a taught model is taken back."""

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.UndoChange(self.model)


class TeachCollectRequest(TeachViewRequest):
    """Asks that different frames of a view are gathered over the day, or how far that is."""

    words: ClassVar[Mapping[str, str]] = {
        "hours": f"a number above 0, {MAX_HOURS} at most",
        "most": f"an integer of 1 to {MOST_COLLECTED}",
        "stop": "true or false",
    }

    hours: Annotated[float, Field(gt=0, le=MAX_HOURS)] | None = about(
        "For how long; absent: nothing begins, the answer says how far it is.", default=None
    )
    most: Annotated[int, Field(ge=1, le=MOST_COLLECTED)] | None = about("At most so many frames.", default=None)
    stop: bool = about("true: no more of them; what was gathered stays.", default=False)

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.Collect(self.view, self.hours, self.most, self.stop, self.model)


class TeachClustersRequest(TeachRequest):
    """Asks for what was collected, in groups of pictures that are alike."""

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.ListClusters(self.model)


class TeachReviewRequest(TeachViewRequest):
    """Asks for what a model was not sure of, the newest first."""

    view: Level | None = about("Only of this view; absent: of all.", default=None)
    limit: Annotated[int, Field(ge=1, le=MOST_EXAMPLES)] = about("At most so many.", default=MOST_EXAMPLES)

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.ListUnsure(self.view, self.model, self.limit)


class TeachLabelRequest(TeachRequest):
    """Says what a cluster, or a look, shows."""

    words: ClassVar[Mapping[str, str]] = {
        "cluster": _CLUSTER,
        "look": "the id of a look, as teach/review shows it",
        "skip": "true or false",
    }

    cluster: LookId | None = about("Its id in an answer to teach/clusters.", default=None)
    look: LookId | None = about("Its id in an answer to teach/review.", default=None)
    label: Label | None = about(f"What it shows{_NONE}.", default=None)
    skip: bool = about("true: it is to be no example, and is not asked about again.", default=False)
    fit: bool = about("Is a head to be fitted at once?", default=False)

    @model_validator(mode="after")
    def _says_what_of_which(self) -> Self:
        if (self.cluster is None) is (self.look is None):
            found = "none" if self.look is None else "both"
            raise ValueError(f"cluster: expected {_CLUSTER}, or a look, found {found}")
        if self.skip is ("label" in self.model_fields_set):
            found = "both" if self.skip else "none"
            raise ValueError(f"label: expected {_LABEL}, null, or skip = true, found {found}")
        return self

    @property
    def order(self) -> TeachingOrder:
        """As a record."""
        return teaching.LabelLooks(self.label, self.cluster, self.look, self.skip, self.model, self.fit)


REQUESTS: Mapping[Command, type[TeachRequest]] = {
    Command.TEACH_ADD: TeachAddRequest,
    Command.TEACH_CORRECT: TeachCorrectRequest,
    Command.TEACH_FIT: TeachFitRequest,
    Command.TEACH_LIST: TeachListRequest,
    Command.TEACH_MOVE: TeachMoveRequest,
    Command.TEACH_REMOVE: TeachRemoveRequest,
    Command.TEACH_UNDO: TeachUndoRequest,
    Command.TEACH_COLLECT: TeachCollectRequest,
    Command.TEACH_CLUSTERS: TeachClustersRequest,
    Command.TEACH_REVIEW: TeachReviewRequest,
    Command.TEACH_LABEL: TeachLabelRequest,
}
