"""Opening a network: what the runtime made of the file must be what was checked."""

from dataclasses import replace

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.opening.networks import check_agreement
from edgeclassify.model.runtime.interpreter import open_interpreter
from edgeclassify.model.tflite.model_file import read_model_file
from tests.model.conftest import WriteModel
from tests.model.networks_of import two_outputs
from tests.model.tflite_files import ModelDef, flatten_model

SCORES_AND_IMAGE = replace(two_outputs(), outputs=[3, 0])


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (flatten_model((1, 3, 2, 3), "float32"), r"image must be float32 \[1, 2, 2, 3\]"),
        (flatten_model((1, 2, 2, 3), "int8"), r"image must be float32 \[1, 2, 2, 3\] by the file but .* got int8"),
        (SCORES_AND_IMAGE, r"flat must be float32 \[1, 12\] by the file but .* got float32 \[1, 2, 2, 3\]"),
    ],
)
def test_every_tensor_is_compared(write_model: WriteModel, other: ModelDef, what: str) -> None:
    model = read_model_file(write_model(two_outputs()))
    check_agreement(model, open_interpreter(model.path))
    with pytest.raises(ModelError, match=what):
        check_agreement(model, open_interpreter(write_model(other)))
