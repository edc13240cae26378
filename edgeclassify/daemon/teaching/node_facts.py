"""What a node is like at the moment of a request of its taught models."""

from collections.abc import Mapping
from dataclasses import field
from datetime import tzinfo
from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """`views`: their names. `taught`: view → the taught model that it decides by, of those that do.

    `bases`: view → the model that its network is of, of those whose embeddings are read. `keeps_pictures`:
    pictures may be kept. `looks`: the file of looks; None: none are kept. `zone`: of the node; None: that of the
    machine.
    """

    views: tuple[str, ...]
    taught: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)
    keeps_pictures: bool = True
    looks: Path | None = None
    zone: tzinfo | None = None

    def views_of(self, model: str) -> tuple[str, ...]:
        """The views that decide by a taught model."""
        return tuple(view for view, name in self.taught.items() if name == model)
