"""Which model: those that are here, those that can be fetched; tried on a picture of the camera."""

from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.errors import ModelMissingError, SourceError
from edgeclassify.preflight.one_frame import is_watched_folder
from edgeclassify.setup.around import Around
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.interface import Given, Subject
from edgeclassify.setup.questions.interface import Question
from edgeclassify.setup.terminal.talk import Choice
from edgeclassify.types import Frame, ModelChoice
from edgeclassify.types.model_choice import is_model_path

_FILE = "file"
_SHOWN = 3
_BAR = 20
_PHOTO = Path(__file__).parents[2] / "demo" / "photos" / "espresso.jpg"


class ModelQuestion(Question):
    """The one of [model]; a view may have another one."""

    subject, title, flags = Subject.MODEL, "Model", "--model NAME"

    def now(self, config: Config) -> str:
        """Its name."""
        return config.model.name

    def answered(self, draft: Draft, given: Given, around: Around) -> Draft:
        """Its name, or the path of its file."""
        name = given.model or _chosen(draft, around)
        if is_model_path(name):
            name = str(Path(name).expanduser().absolute())
        if name == draft.config.model.name:
            return draft
        return draft.changed([KeyChange(("model", "name"), name)])

    def try_out(self, draft: Draft, around: Around) -> None:
        """Fetches it where it is not here, runs it once, and on what the camera shows."""
        from edgeclassify.model.opening.classifiers import open_classifier

        section = draft.config.model.choice
        _bring(section, around)
        classifier = open_classifier(section)
        try:
            frame, of_what = _frame(draft, around)
            classifier.classify(frame)  # the first one is slower
            prediction = classifier.classify(frame)
            info = classifier.info
            around.screen.good(f"{info.name}: {info.labels} labels, {prediction.ms:.1f} ms a picture. {of_what}:")
            for row in prediction.top(_SHOWN):
                around.screen.plain(f"{row.score:6.1%} {_bar(row.score, around)} {row.label}", indent=4)
        finally:
            classifier.close()


def _bar(score: float, around: Around) -> str:
    full, empty = ("█", "·") if around.screen.unicode else ("#", ".")
    return (full * round(score * _BAR)).ljust(_BAR, empty)


def _frame(draft: Draft, around: Around) -> tuple[Frame, str]:
    """What the first camera shows; where it shows nothing, a photo that comes along."""
    from edgeclassify.sources.images.reading import load_frame

    camera = draft.config.camera[0]
    try:
        if is_watched_folder(camera):
            return load_frame(str(_PHOTO)), "A photo that comes along, of espresso, shows"
        return around.picture(camera), f"Camera {camera.name} shows"
    except SourceError as error:
        around.screen.warning(f"no picture of {camera.name}: {error}")
    return load_frame(str(_PHOTO)), "A photo that comes along, of espresso, shows"


def _chosen(draft: Draft, around: Around) -> str:
    from edgeclassify.model.catalog import load_catalog, model_path
    from edgeclassify.model.taught.places import taught_names

    now = draft.config.model.name
    if not around.talk.asks:
        return now
    here, away = [], []
    for entry in load_catalog().entries.values():
        if model_path(entry) is not None:
            here.append(Choice(entry.name, entry.name, entry.facts.description))
        else:
            size = f" {entry.facts.size / 1e6:.1f} MB" if entry.facts.size else ""
            away.append(Choice(entry.name, entry.name, f"to fetch{size}: {entry.facts.description}"))
    here += [Choice(name, name, "taught here") for name in taught_names()]
    if now not in [one.key for one in (*here, *away)]:
        here.insert(0, Choice(now, now, "as it is"))
    said = around.talk.choice("Which one", [*here, *away, Choice(_FILE, "a .tflite file")], now)
    return around.talk.text("Its path", "") if said == _FILE else said


def _bring(section: ModelChoice, around: Around) -> None:
    """Fetch it where it is one of the catalog's that is not here. Raises EdgeClassifyError."""
    from edgeclassify.model.catalog import load_catalog, model_path
    from edgeclassify.model.catalog.fetch import FetchOptions, fetch_model
    from edgeclassify.model.opening.taught_folder import taught_folder

    if is_model_path(section.name) or taught_folder(section.name) is not None:
        return
    entry = load_catalog().entry(section.name)
    if model_path(entry) is not None or entry.facts.url is None:
        return
    if not around.talk.yes(f"{entry.name} is not here. Fetch it now?"):
        raise ModelMissingError(f"{entry.name}: expected the model here, found that it is still to be fetched.")
    around.screen.note(f"Fetching {entry.name} …")
    around.screen.good(f"fetched: {fetch_model(entry, FetchOptions(), lambda *_: None).path}")
