"""What the parts of an archive hand to each other: images to be read, batches of them, and a row for each."""

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One image, before it is read.

    `location`: the file that holds it, as its source reaches it: a path (its bytes by surrogateescape where they
    are no UTF-8) or a URL of a store. `member`: its name within a tar. `frame`: its number within a video, from 0.
    `offset`, `size`: where its bytes are within `location`, None where that is not known before it is read.
    `modified`: when it was last changed, in seconds since the epoch, where its tar or store tells that. `fault`:
    why it can't be read, where listing it has shown that already: then it may be a folder, or a whole tar.
    """

    location: str
    member: str | None = None
    frame: int | None = None
    offset: int | None = None
    size: int | None = None
    modified: float | None = None
    fault: str | None = None

    @property
    def key(self) -> str:
        """The same for the same image each time, and for no other one."""
        if self.member is not None:
            return f"{self.location}!{self.member}"
        return self.location if self.frame is None else f"{self.location}#{self.frame}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Images of one camera in their order, at most some hundred: the unit of work.

    What is found of an image depends on its batch alone, and batches on the listing alone: so a result is the same
    on one process and on a cluster. `camera`: the folder (tar, video) that they lie in.
    """

    camera: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One image of the output; None: not known, or not asked for.

    `path`: its key as text that is always UTF-8. `taken_at`: seconds since the epoch, read as UTC where the camera
    wrote no zone; `taken_by`: how that is known: exif, name, modified, video. `sha256`: of its bytes, in hex.
    `still`: nothing has moved since the images before, so the classifier was not asked. `labels`, `scores` (0-1):
    the best, best first; `group`, `group_score`: the same, added up. `calibrated`: the best score as a calibrated
    model has it. `unknown` (0-1): how sure a taught model is that it is none of its labels. `fault`: why it could
    not be read, or classified; then only what was known before is there.
    """

    path: str
    camera: str
    taken_at: float | None = None
    taken_by: str | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    still: bool = False
    labels: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    group: str | None = None
    group_score: float | None = None
    calibrated: float | None = None
    unknown: float | None = None
    fault: str | None = None
