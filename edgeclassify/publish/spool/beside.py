"""The spool as another process sees it, beside the daemon that has it open: nothing in it is changed."""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from edgeclassify.files.database import copy_in_use
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.acknowledgements import Runs
from edgeclassify.publish.spool.database import acknowledged
from edgeclassify.publish.spool.database.connection import connect
from edgeclassify.publish.spool.database.damage import salvage
from edgeclassify.publish.spool.disk import FILE_NAME

MEMORY = Path("/dev/shm")


def lacked_by(sink: str, folder: Path, workplace: Path = MEMORY) -> Sequence[SpooledEvent]:
    """What a sink has not had of the events on disk, in order of `seq`; nothing where there is no spool.

    What the sink has had within the last second may be among it. The daemon has the database for itself, so that a
    copy is read: in `workplace`, or where files are made for a while. Raises sqlite3.Error, OSError.
    """
    with tempfile.TemporaryDirectory(dir=workplace if workplace.is_dir() else None) as name:
        try:
            copy = copy_in_use(folder / FILE_NAME, Path(name))
        except FileNotFoundError:
            return []
        with closing(connect(copy)) as connection:
            had = Runs(acknowledged.read(connection).get(sink, ()))
        found = {row.event.seq: row.event for row in salvage(copy)}
    return [found[seq] for seq in sorted(found) if seq not in had]
