from edgeclassify.errors import (
    ArgumentError as ArgumentError,
    EdgeClassifyError as EdgeClassifyError,
    ImageError as ImageError,
    MissingInputError as MissingInputError,
    ModelError as ModelError,
    SourceError as SourceError,
)
from edgeclassify.library.classifier import Classifier as Classifier
from edgeclassify.library.result import Failure as Failure, Result as Result
from edgeclassify.types import LabelScore as LabelScore, ModelInfo as ModelInfo

__version__: str
__all__ = [
    "ArgumentError",
    "Classifier",
    "EdgeClassifyError",
    "Failure",
    "ImageError",
    "LabelScore",
    "MissingInputError",
    "ModelError",
    "ModelInfo",
    "Result",
    "SourceError",
    "__version__",
]
