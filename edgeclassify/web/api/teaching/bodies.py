"""What is said of taught models over HTTP."""

from typing import Annotated

from edgeclassify.late_model import Field
from edgeclassify.web.api.interface import ApiBody

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
ExampleId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class AccuracySaid(ApiBody):
    """Examples that were answered right by a head that did not know them, and how far chance may be from that."""

    right: Count
    count: Count
    share: Share
    low: Share
    high: Share


class LabelSaid(ApiBody):
    """A label, null: none of the classes. `cover`: the id of an example of it that has a picture."""

    label: str | None
    examples: Count
    accuracy: AccuracySaid | None
    cover: ExampleId | None


class LackSaid(ApiBody):
    """One thing that is missing among the examples. `label`: of which class; null: of all."""

    kind: str
    label: str | None
    text: str


class TaughtSaid(ApiBody):
    """A taught model. `is_fitted`: its head knows the examples as they are now; `views`: those that decide by it;
    `missing`: what it needs, the worst first; `error`: why it can't be used."""

    name: str
    version: Count
    change: str
    changed: str | None
    base: str
    one_class: bool
    labels: list[LabelSaid]
    fitted: str | None
    is_fitted: bool
    kind: str | None
    accuracy: AccuracySaid | None
    views: list[str]
    missing: list[LackSaid]
    error: str | None


class CollectionSaid(ApiBody):
    """Frames of a view that are, or were, gathered for a model, which need not be there yet."""

    model: str
    view: str
    running: bool
    hours: float
    hours_left: float
    ended: str | None
    kept: Count
    most: Count


class TaughtList(ApiBody):
    """All taught models, and what is or was gathered, for others too."""

    models: list[TaughtSaid]
    collections: list[CollectionSaid]


class ExampleSaid(ApiBody):
    """An example. `seems`: the label that it looks like, with that certainty; null: its own."""

    id: ExampleId
    label: str | None
    source: str
    added: str
    ts: str | None
    view: str | None
    event_id: str | None
    was: str | None
    brightness: Share
    has_picture: bool
    seems: str | None
    certainty: Share | None


class VersionSaid(ApiBody):
    """An earlier version that can be gone back to."""

    version: Count
    changed: str
    change: str
    restores: Count | None


class Collections(ApiBody):
    """What is, or was, collected for a model, which need not be there yet."""

    collections: list[CollectionSaid]


class TaughtWhole(ApiBody):
    """A taught model with a page of its examples, the newest first; `more`: others are behind the last one;
    `mislabelled`: examples that look as if they had the wrong label; `unsure`: frames that wait for a label."""

    model: TaughtSaid
    examples: list[ExampleSaid]
    more: bool
    mislabelled: list[ExampleSaid]
    versions: list[VersionSaid]
    collections: list[CollectionSaid]
    unsure: Count


class ClusterSaid(ApiBody):
    """Collected pictures that are alike. `looks`: those that would become examples; `pictures`: all of them;
    `hours`: of the day, by the node's clock; `dark`: how many in the dark; `label`: what the model says."""

    cluster: int
    pictures: Count
    looks: list[int]
    hours: list[int]
    brightness: Share
    label: str | None


class Clusters(ApiBody):
    """What was collected for a taught model, in groups, the largest first."""

    clusters: list[ClusterSaid]


class UnsureSaid(ApiBody):
    """What a model was not sure of."""

    look: int
    view: str
    ts: str
    label: str | None
    score: Share | None
    brightness: Share
    has_picture: bool


class Unsure(ApiBody):
    """What waits to be labelled, the newest first."""

    looks: list[UnsureSaid]
    more: bool


class Uploaded(ApiBody):
    """What became of a picture: its id, and whether it was new, or known with another label until now; neither: it
    was there already. `before`: the version without it, null: there was no model; `not_fitted`: why it was
    not learnt, where that was asked for."""

    example: ExampleId
    new: bool
    moved: bool
    version: Count
    before: Count | None
    labels: list[LabelSaid]
    not_fitted: str | None = None


class StillSaid(ApiBody):
    """What a view was shown, its region alone: a number, and how large it is in pixels."""

    still: Count
    ts: str
    width: Count
    height: Count


class ScoreSaid(ApiBody):
    """A label and its score."""

    label: str
    score: Share


class Tested(ApiBody):
    """What the model says of a picture. `right`: null where nobody said what it is."""

    label: str | None
    score: Share
    is_unknown: bool
    right: bool | None
    scores: list[ScoreSaid]
