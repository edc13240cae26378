"""edgeclassify: a Raspberry Pi with a camera as a trustworthy MQTT sensor, and its classifier for Python programs.

The names of `__all__` are the library, all of it that is public. Whatever else the package holds belongs to the
daemon and its commands, and may change with every version.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

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

_WHERE = {
    "Classifier": "library.classifier",
    "Failure": "library.result",
    "Result": "library.result",
    "LabelScore": "types",
    "ModelInfo": "types",
}
"""The modules of the public names; the others are errors. Loaded when they are asked for: the daemon
needs none of them. Their types stand in `__init__.pyi`."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_WHERE.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
