"""A model's preprocessing, from what its files and the config say."""

from edgeclassify.errors import ModelError
from edgeclassify.model.description.sidecar import Sidecar, sidecar_path
from edgeclassify.model.opening.model_facts import NetworkFacts
from edgeclassify.model.preprocess.normalization import Normalization, input_table
from edgeclassify.model.preprocess.preprocessor import DEFAULT_CROP, Preprocessor
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.types import ModelChoice, PixelFormat


def make_preprocessor(config: ModelChoice, facts: NetworkFacts) -> Preprocessor:
    """Normalization from the files, else from the quantization; crop from the config, else from the sidecar."""
    model, sidecar, normalization = facts.model, facts.sidecar, facts.normalization
    _check_channels(model, normalization, facts.input.channels)
    if sidecar.normalization is not None and normalization is not None and sidecar.channels == "bgr":
        normalization = normalization.reversed()
    table = input_table(facts.input, normalization, str(model.path))
    colour = PixelFormat.BGR if sidecar.channels == "bgr" else PixelFormat.RGB
    return Preprocessor(facts.input, table, config.fit, crop_of(config, sidecar), colour)


def crop_of(config: ModelChoice, sidecar: Sidecar) -> float:
    """Share of the shorter side that the centre crop keeps: the config's, else the sidecar's, else the usual."""
    return next((crop for crop in (config.crop, sidecar.crop) if crop is not None), DEFAULT_CROP)


def _check_channels(model: ModelFile, normalization: Normalization | None, channels: int) -> None:
    if normalization is None:
        return
    for key, values in (("mean", normalization.mean), ("std", normalization.std)):
        if len(values) not in (1, channels):
            raise ModelError(
                f"{model.path}: its normalization must have 1 {key} or one for each of the {channels} channels of "
                f"its input but got {len(values)}. Correct it in {sidecar_path(model.path).name} beside the model."
            )
