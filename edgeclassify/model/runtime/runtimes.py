"""Which runtimes there are here: LiteRT and tflite-runtime. The only importer of the two."""

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from types import ModuleType

from edgeclassify.errors import RuntimeMissingError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.runtime.refusals import shortened
from edgeclassify.types.model_choice import RuntimeName


@dataclass(frozen=True, slots=True)
class _Runtime:
    """One of the two runtimes: how it is called here, imported and installed."""

    name: RuntimeName
    module: str
    distributions: tuple[str, ...]
    install: str


# In the order of "auto": LiteRT is 10 to 60 times faster, its XNNPACK covers quantized models.
_RUNTIMES = (
    _Runtime(
        "litert",
        "ai_edge_litert",
        ("ai-edge-litert", "ai-edge-litert-nightly"),
        "pip install 'ai-edge-litert>=2.1,<3' (64-bit Python 3.11 or newer)",
    ),
    _Runtime(
        "tflite-runtime",
        "tflite_runtime",
        ("tflite-runtime",),
        "pip install 'edgeclassify[tflite-runtime]' (Python 3.11)",
    ),
)


def runtime_name(runtime: RuntimeName = "auto") -> str:
    """Name and version of what runs models here, e.g. "litert 2.3.0". Raises RuntimeMissingError."""
    return import_runtime(runtime)[0]


def in_words(runtime: str) -> str:
    """A runtime's name as its makers write it, for people: "litert 2.3.0" → "LiteRT 2.3.0"."""
    return runtime.replace("litert", "LiteRT", 1)


def available_runtimes() -> tuple[RuntimeName, ...]:
    """The names of the runtimes that can be imported here, in the order of "auto"."""
    names = []
    for candidate in _RUNTIMES:
        try:
            _import_module(candidate)
        except ImportError:
            continue
        names.append(candidate.name)
    return tuple(names)


def other_runtimes(than: RuntimeName) -> Mapping[RuntimeName, str]:
    """Those that seem to be here beside one, in the order of "auto", with name and version; none of them is
    imported for it, and where there is none, nothing that reads versions.

    One that is installed may still not work.
    """
    found = {}
    for candidate in _RUNTIMES:
        if candidate.name != than and importlib.util.find_spec(candidate.module) is not None:
            found[candidate.name] = f"{candidate.name} {_installed_version(candidate) or 'of unknown version'}"
    return found


def import_runtime(wanted: RuntimeName) -> tuple[str, ModuleType]:
    """Name and version of the wanted runtime, or with "auto" of the first that can be imported, and its module.

    Raises RuntimeMissingError.
    """
    candidates = [candidate for candidate in _RUNTIMES if wanted in ("auto", candidate.name)]
    faults = []
    for candidate in candidates:
        try:
            module = _import_module(candidate)
        except ImportError as error:
            faults.append(f"{candidate.module}: {shortened(str(error).strip() or type(error).__name__)}")
        else:
            return f"{candidate.name} {_version(candidate)}", module
    raise RuntimeMissingError(_missing(wanted, candidates, faults))


def _import_module(candidate: _Runtime) -> ModuleType:
    """The runtime's interpreter module; ImportError where it is absent or can't be loaded."""
    try:
        return importlib.import_module(f"{candidate.module}.interpreter")
    except (AttributeError, SystemError) as error:
        # tflite-runtime next to numpy 2: its extension was built for numpy 1.
        raise ImportError(f"{error} (tflite-runtime needs numpy < 2)") from error


def _missing(wanted: str, candidates: Iterable[_Runtime], faults: list[str]) -> str:
    what = "no runtime for .tflite models" if wanted == "auto" else f"the runtime {wanted!r} is not usable"
    how = ", or ".join(candidate.install for candidate in candidates)
    return f"{what} here ({'; '.join(faults)}). Install it: {how}."


def _version(found: _Runtime) -> str:
    """As the package says it; where it does not, as it was installed, which takes longer than an invoke."""
    said = getattr(importlib.import_module(found.module), "__version__", None)
    if isinstance(said, str):
        return said
    return _installed_version(found) or "of unknown version"


def _installed_version(found: _Runtime) -> str | None:
    from importlib import metadata

    for distribution in found.distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return None
