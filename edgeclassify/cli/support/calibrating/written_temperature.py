"""What `calibrate` writes when it is told to: a temperature into a model's sidecar."""

from pathlib import Path

from edgeclassify.cli.support.view_options import WatchedBy
from edgeclassify.model.catalog import is_built_in
from edgeclassify.model.catalog.part_file import PartFile
from edgeclassify.model.description.sidecar import sidecar_path
from edgeclassify.model.description.sidecar_edit import with_temperature


def write_temperature(watched: WatchedBy, temperature: float) -> Path | None:
    """The sidecar that it went into; None for a model inside the package, whose files an upgrade replaces.

    Raises StorageError or ModelError, and then the sidecar is as it was.
    """
    model = Path(watched.classifier.info.path)
    if is_built_in(model):
        return None
    sidecar, content = sidecar_path(model), with_temperature(model, temperature).encode()
    with PartFile(sidecar) as part:
        part.restart()
        part.append(content)
        part.place()
    return sidecar
