"""What is said of models."""

from edgeclassify.late_model import Field
from edgeclassify.model.inspect.inspection import Inspection
from edgeclassify.web.api.interface import ApiBody
from edgeclassify.web.api.node_bodies import ModelKind
from edgeclassify.web.jobs.jobs import Job, JobState


class JobNow(ApiBody):
    """How far a job is. `done` of `total` bytes; `total` null: not known."""

    id: str
    kind: str
    name: str
    done: int
    total: int | None
    state: JobState
    error: str | None

    @classmethod
    def of(cls, job: Job) -> "JobNow":
        """From its record."""
        return cls(
            id=job.id,
            kind=job.kind,
            name=job.name,
            done=job.done,
            total=job.total,
            state=job.state,
            error=job.error,
        )


class CatalogModel(ApiBody):
    """A model that is known by name. `top1`: published accuracy in percent, on `measured_on`. `job`: the last time
    that it was fetched from here, since the page began."""

    name: str
    kind: ModelKind
    description: str
    size: int | None = Field(description="Bytes of its file.")
    top1: float | None
    measured_on: str | None
    license: str | None
    source: str | None
    installed: bool
    can_fetch: bool
    in_use: list[str] = Field(description="The views that use it.")
    job: JobNow | None


class FileModel(ApiBody):
    """A model file that no catalog names. `name`: for these endpoints; `path`: for the config."""

    name: str
    path: str
    size: int | None
    in_use: list[str]


class TaughtHere(ApiBody):
    """A model that was taught on this node."""

    name: str
    base: str
    labels: list[str]
    examples: int
    fitted: bool
    up_to_date: bool
    accuracy: float | None
    in_use: list[str]


class ModelsHere(ApiBody):
    """All models. `faults`: of those that can't be used, in sentences."""

    catalog: list[CatalogModel]
    files: list[FileModel]
    taught: list[TaughtHere]
    faults: list[str]


class ModelInside(ApiBody):
    """What is inside a model's file; of a taught one, of the network that it stands on. `fault`: why it is not
    used, null: it is. `labels`: null: it has none, or none that fit."""

    name: str
    kind: ModelKind
    network: str = Field(description="The file's name.")
    labels: list[str] | None
    temperature: float | None
    background: list[str] | None
    fault: str | None
    figures: Inspection


class Begun(ApiBody):
    """A job that has begun, or was under way: told of as `job` in the stream."""

    job: str


class TryAsked(ApiBody):
    """By which model: one of /api/models, or that of a view; neither: the first view's."""

    model: str | None = Field(None, min_length=1, max_length=200)
    view: str | None = Field(None, min_length=1, max_length=64)


class ScoredLabel(ApiBody):
    """A label and its score, 0-1."""

    label: str
    score: float


class Tried(ApiBody):
    """What a model says of a picture. `unknown`: how sure a taught model is that it is none of its labels."""

    model: str
    ms: float
    width: int
    height: int
    top: list[ScoredLabel]
    unknown: float | None
