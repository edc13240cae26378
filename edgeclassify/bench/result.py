"""What a benchmark found, as a JSON document: its classes judge one that comes, and give its JSON Schema."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edgeclassify.bench.stopwatch import Stage
from edgeclassify.config.faults import faults_of
from edgeclassify.documents.faults import report
from edgeclassify.errors import BenchError
from edgeclassify.files import printable, read_plain_file

FORMAT = "edgeclassify-bench/1"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
MOST_BYTES = 1 << 20
MOST_SPREAD = 1.5
"""Of the rounds of an undisturbed run: the highest efficiency is at most so many times the lowest."""

Ms = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Figure = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class Part(BaseModel):
    """An object of the document: unknown keys and values of another type are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Spread(Part):
    """How long something took, in ms, in the frames that it had to do with."""

    count: Count = Field(description="In so many frames (or calls).")
    mean: Ms
    p50: Ms
    p95: Ms
    p99: Ms

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if not self.p50 <= self.p95 <= self.p99:
            raise ValueError("p50 <= p95 <= p99")
        return self


class Rounds(Part):
    """A figure of each round: the median, and its range."""

    median: Figure
    lowest: Figure
    highest: Figure

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if not self.lowest <= self.median <= self.highest:
            raise ValueError("lowest <= median <= highest")
        return self


class Board(Part):
    """The machine. Nothing of it names its owner or its network."""

    name: Word = Field(description="As the machine calls itself.")
    processor: Word
    machine: Word = Field(description="The architecture, as uname has it.")
    cores: Annotated[int, Field(ge=1)] = Field(description="That this process may use.")
    memory_mb: Count | None = None
    system: Word
    kernel: Word


class Software(Part):
    """Versions."""

    edgeclassify: Word
    python: Word
    numpy: Word
    opencv: Word


class MeasuredModel(Part):
    """The model."""

    name: Word
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    width: Annotated[int, Field(ge=1)] = Field(description="Of its input, in pixels.")
    height: Annotated[int, Field(ge=1)]
    labels: Annotated[int, Field(ge=1)]


class Heat(Part):
    """The processor's temperature in degrees Celsius, before and at its highest."""

    begin_c: float
    highest_c: float


class Run(Part):
    """One model in one runtime with so many threads."""

    model: MeasuredModel
    runtime: Word
    threads: Annotated[int, Field(ge=1)] = Field(description="Per invoke().")
    delegate: Word | None = Field(None, description="The library that runs what it can of the model.")
    overlaps: bool = Field(description="One frame was prepared while another was inferred, where it waited.")
    rounds: Annotated[int, Field(ge=1)]
    frames: Annotated[int, Field(ge=1)] = Field(description="That were timed as a whole.")
    bare_invoke_ms: Spread = Field(description="A loop of nothing but invoke(), in the same process, in turns.")
    frame_ms: Spread = Field(description="From one frame's end to the next one's, without waiting for the camera.")
    age_ms: Spread = Field(description="From a frame's capture until all that follows from it is handed over.")
    efficiency: Rounds = Field(description="Bare invoke() / time per frame, of means.")
    quiet_efficiency: Figure = Field(
        description="The same of the tenth of the rounds that took least in all, which other work hits least."
    )
    frames_per_s: Rounds
    stages: dict[Stage, Spread] = Field(
        description="In ms, measured in rounds of their own: what is timed gets a little slower by that. A stage "
        "that ran in no frame is not there. Where stages run side by side they add up to more than a frame's time."
    )
    stage_frame_ms: Spread = Field(description="The time per frame in those rounds.")
    events: Count = Field(description="That came of all frames.")
    cpu_percent: Rounds = Field(description="Processor time of the whole process; 100: one core.")
    rss_mb: Figure = Field(description="Resident memory of the measuring process at the end, in 10^6 bytes.")
    heat: Heat | None = Field(None, description="None where the machine does not tell.")
    throttled: bool | None = Field(None, description="Slowed down by heat or low voltage at some time.")

    @property
    def is_disturbed(self) -> bool:
        """Its rounds differ by more than the board does: something else ran beside it."""
        return self.efficiency.highest > MOST_SPREAD * self.efficiency.lowest


class Refused(Part):
    """A run that could not be made, and why."""

    model: Word
    runtime: Word
    threads: str
    reason: str


class BenchResult(Part):
    """The whole document."""

    format: Literal["edgeclassify-bench/1"] = Field(description="Which document this is.")
    made_at: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")] = Field(description="UTC.")
    board: Board
    software: Software
    source: Word = Field(description="Where the frames came from.")
    sink: Word = Field(description="Where states and events went to.")
    in_memory: bool = Field(description="True: there always was another frame.")
    runs: list[Run]
    refused: list[Refused] = Field(default_factory=list)

    def text(self) -> str:
        """The document as JSON, indented."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def read_result(path: Path) -> BenchResult:
    """A document that `bench --json` has written. Raises BenchError, with all its faults, for anything else."""
    name = printable(path)
    try:
        content = read_plain_file(path, MOST_BYTES)
        document = json.loads(content)
    except OSError as error:
        raise BenchError(f"{name}: can't be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise BenchError(
            f"{name}: expected the JSON of `edgeclassify bench --json`, found no JSON: {error}"
        ) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else type(document).__name__
        raise BenchError(
            f"{name}: format: expected {FORMAT!r}, found {found!r}. Write it by `edgeclassify bench --json`."
        )
    try:
        return BenchResult.model_validate_json(content)
    except ValidationError as error:
        raise BenchError(report(name, faults_of(error, document, BenchResult))) from error


def schema() -> dict[str, Any]:
    """The document's JSON Schema."""
    return {"$schema": DRAFT, "title": "What edgeclassify bench --json writes"} | {
        key: value for key, value in BenchResult.model_json_schema().items() if key != "title"
    }
