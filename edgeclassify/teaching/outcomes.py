"""What came of teaching."""

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.manifest import HeadRecord, Manifest
from edgeclassify.teaching.fitting import Fitted


@dataclass(frozen=True, slots=True)
class Added:
    """What became of pictures. `new`: ids of the examples that were not there before; `known`: of those that were,
    with this class; `moved`: with another one. `manifest`: the model with them, not fitted to them yet; `before`:
    the version until then."""

    new: tuple[str, ...]
    known: tuple[str, ...]
    moved: tuple[str, ...]
    manifest: Manifest
    before: int


@dataclass(frozen=True, slots=True, eq=False)
class Refit:
    """A head was fitted: `manifest` has it. `before`: the head until then, None: there was none."""

    manifest: Manifest
    before: HeadRecord | None
    fitted: Fitted


@dataclass(frozen=True, slots=True)
class Rebased:
    """The model stands on another base. `left_out`: ids of the examples of which no picture was kept."""

    manifest: Manifest
    left_out: tuple[str, ...]
