"""What a network was opened from: two of one origin do the same, and one of them is enough."""

from typing import Self

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.description.sidecar import Sidecar
from edgeclassify.model.opening.model_facts import NetworkFacts
from edgeclassify.model.opening.preprocessors import crop_of
from edgeclassify.model.preprocess.input_memory import IN_FLIGHT
from edgeclassify.types import ModelChoice


@dataclass(frozen=True, slots=True)
class NetworkOrigin:
    """The file by its checksum, what lies beside it, and how it is run and fed."""

    sha256: str
    sidecar: Sidecar
    runtime: str
    threads: int | str
    delegate: str | None
    delegate_options: tuple[tuple[str, str], ...]
    fit: str
    crop: float
    in_flight: int

    @classmethod
    def of(cls, config: ModelChoice, facts: NetworkFacts, sha256: str, in_flight: int = IN_FLIGHT) -> Self:
        """Of a network that is to be opened so."""
        crop = crop_of(config, facts.sidecar)
        return cls(
            sha256,
            facts.sidecar,
            config.runtime,
            config.threads,
            config.delegate,
            config.delegate_options,
            config.fit,
            crop,
            in_flight,
        )
