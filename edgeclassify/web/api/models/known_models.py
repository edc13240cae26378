"""The models that there are on this node, by the names that these endpoints know them by."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from edgeclassify.documents.values import expanded
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.catalog import Catalog, load_catalog, model_path
from edgeclassify.model.catalog.places import models_folders
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.model.taught.places import taught_names
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types.model_choice import is_model_path
from edgeclassify.web.api.interface import RefusedError
from edgeclassify.web.interface import NodeFacts

BUILTIN = "builtin"


@dataclass(frozen=True, slots=True)
class KnownModels:
    """`files`: by the names of their files those that no catalog names, in the folders of models or in the config;
    `taught`: names of models that were taught here."""

    catalog: Catalog
    files: Mapping[str, Path]
    taught: Sequence[str]

    def config_name(self, name: str) -> str:
        """By which the config and all else knows the model. Raises RefusedError where there is none.

        Nobody reads by this name what is no model: a path is not one.
        """
        if name in self.catalog.entries or name in self.taught:
            return name
        if name in self.files:
            return str(self.files[name])
        names = [*self.catalog.entries, *self.taught, *self.files]
        hint = did_you_mean(name[:64], names)
        raise RefusedError(
            HTTPStatus.NOT_FOUND,
            f"model: expected one of {', '.join(names)}, found {name[:64]!a}. {hint}".rstrip(),
        )


def known_models(facts: NodeFacts) -> KnownModels:
    """As they are now. Nothing of what can't be read is there."""
    catalog = load_catalog()
    taught = [name for name in taught_names() if taught_folder(name) is not None]
    files: dict[str, Path] = {}
    of_catalog = {path for entry in catalog.entries.values() if (path := model_path(entry)) is not None}
    for path in (*_in_folders(), *_in_config(facts)):
        if path not in of_catalog and path not in files.values():
            files.setdefault(path.name, path)
    return KnownModels(catalog, files, taught)


def views_by_model(facts: NodeFacts) -> Mapping[str, list[str]]:
    """The views that use a model, by the name that the config has for it, paths in full."""
    found: dict[str, list[str]] = {}
    for view in facts.views:
        name = str(expanded(view.model)) if is_model_path(view.model) else view.model
        found.setdefault(name, []).append(view.name)
    return found


def _in_folders() -> Iterator[Path]:
    for folder in models_folders():
        try:
            yield from sorted(path for path in folder.iterdir() if path.suffix in (".tflite", ".lite"))
        except OSError:
            """It is not there, or not for us to look into."""


def _in_config(facts: NodeFacts) -> Iterator[Path]:
    for view in facts.views:
        if is_model_path(view.model):
            yield expanded(view.model)
