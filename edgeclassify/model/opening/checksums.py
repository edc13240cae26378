"""The checksum of a model's file, held against what its sidecar says."""

from edgeclassify.errors import ModelError
from edgeclassify.model.description.sidecar import Sidecar, sidecar_path
from edgeclassify.model.tflite.model_file import ModelFile


def checked_sha256(model: ModelFile, sidecar: Sidecar) -> str:
    """The sha256 of the model's file, in hex. Raises ModelError where the sidecar gives another one."""
    sha256 = model.sha256()
    if sidecar.sha256 not in (None, sha256):
        raise ModelError(
            f"{model.path}: expected the sha256 {sidecar.sha256} that {sidecar_path(model.path).name} gives, "
            f"found {sha256}. Fetch the model again, or correct its sidecar."
        )
    return sha256
