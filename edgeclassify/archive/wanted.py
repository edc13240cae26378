"""What is wanted of each image, and what answers: the same in every process that takes part."""

from typing import Any, Self

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import ModelChoice


@dataclass(frozen=True, slots=True)
class Wanted:
    """`top`: how many labels of each image are kept. `groups`: a preset's name that they are added up by, or None.
    `still`: images on which nothing has moved are not classified. `reads_ahead`: the next image is decoded beside
    the classifier, which pays where there is a core for it; what is found is the same."""

    model: ModelChoice
    top: int = 5
    groups: str | None = None
    still: bool = False
    reads_ahead: bool = False

    def plain(self) -> dict[str, Any]:
        """As what JSON can hold."""
        said = {"top": self.top, "groups": self.groups, "still": self.still, "reads_ahead": self.reads_ahead}
        return {"model": self.model.plain(), **said}

    @classmethod
    def of_plain(cls, given: dict[str, Any]) -> Self:
        """What `plain` made, also after its way through JSON."""
        return cls(**{**given, "model": ModelChoice.of_plain(given["model"])})


@dataclass(frozen=True, slots=True)
class ClassifierFacts:
    """Of a classifier that is open: two with the same facts say the same of an image.

    `runtime`: with its version, as "litert 2.3.0". `labels`: a checksum of its labels, and of how its scores are
    tempered.
    """

    model: str
    sha256: str
    runtime: str
    labels: str

    def plain(self) -> dict[str, str]:
        """As what JSON can hold."""
        return {"model": self.model, "sha256": self.sha256, "runtime": self.runtime, "labels": self.labels}

    @classmethod
    def of_plain(cls, given: dict[str, str]) -> Self:
        """What `plain` made."""
        return cls(given["model"], given["sha256"], given["runtime"], given["labels"])

    def differs(self, other: "ClassifierFacts") -> str:
        """In what another one differs, as "expected …, found …"; "" where it does not."""
        if other.sha256 != self.sha256:
            return f"expected the model {self.model} of sha256 {self.sha256[:12]}…, found {other.sha256[:12]}…"
        if other.runtime != self.runtime:
            return f"expected the runtime {self.runtime}, found {other.runtime}"
        if other.labels != self.labels:
            return "expected the same labels and temperature, found others: its label file or sidecar is another"
        return ""
