"""What a node says of itself: what runs on it."""

from dataclasses import asdict
from typing import Literal, Self

from edgeclassify import types
from edgeclassify.contract.bodies.base import CONTRACT_VERSION, Body, Level, Time, Versioned, about
from edgeclassify.contract.encoding import rfc3339


class Model(Body):
    """A loaded model."""

    name: str = about("Name of the catalog, or of the file.")
    path: str = about("The .tflite file on the node.")
    sha256: str = about("SHA-256 of the file, hexadecimal.", pattern=r"^[0-9a-f]{64}$")
    runtime: str = about('Runtime and version, e.g. "litert 2.3.0".')
    labels: int = about("Number of labels.", ge=1)
    input_width: int = about("Width of the input in pixels.", ge=1)
    input_height: int = about("Height of the input in pixels.", ge=1)
    threads: int | None = about("Threads that run it on the CPU.", ge=1, default=None)
    delegate: str | None = about("Library of the accelerator that runs what it can of it.", default=None)

    @classmethod
    def of(cls, model: types.ModelInfo) -> Self:
        """From the record."""
        return cls.made(**asdict(model))


class Info(Versioned):
    """What runs on the node."""

    contract: Literal[1] = about("Version of the contract.")
    version: str = about("Version of edgeclassify.")
    python: str = about("Version of Python.")
    session: str = about("A new one for each start of the daemon.")
    started: Time = about("When the daemon started.")
    models: list[Model] = about("The models in use.")
    views: list[Level] = about("Names of the views.")

    @classmethod
    def of(cls, info: types.NodeInfo) -> Self:
        """From the record."""
        return cls.made(
            contract=CONTRACT_VERSION,
            version=info.version,
            python=info.python,
            session=info.session,
            started=rfc3339(info.started),
            models=[Model.of(model) for model in info.models],
            views=info.views,
        )
