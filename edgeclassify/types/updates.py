"""What a node says of the update that it has seen last."""

from enum import StrEnum

from edgeclassify.lazy_dataclass import dataclass


class UpdateState(StrEnum):
    """How far an update has come on this node."""

    WAITING = "waiting"
    DOWNLOADING = "downloading"
    TRYING = "trying"
    WATCHED = "watched"
    KEPT = "kept"
    ROLLED_BACK = "rolled_back"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class UpdateStatus:
    """The newest update that this node knows. `id`, `version`: as the manifest names it; "" and 0 where none has
    been read yet. `reason`: why it waits, was refused or rolled back; None: there is nothing to say."""

    id: str
    version: int
    state: UpdateState
    reason: str | None
