"""From the config to parts: models, views and sources, built but not running."""

from edgeclassify.daemon.assembly.assemble import Factories, assemble
from edgeclassify.daemon.assembly.parts import NO_PARTS, Parts, PlannedSource

__all__ = ["NO_PARTS", "Factories", "Parts", "PlannedSource", "assemble"]
