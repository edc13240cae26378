"""What the commands that read recordings share: opening them, and the rules to replay them by."""

from collections.abc import Callable, Iterator
from pathlib import Path

from edgeclassify.config import Config, ViewConfig, parse_config
from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.assembly.views import facts_by, rules_of
from edgeclassify.errors import UsageError
from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.format.frame_images import FrameImages, images_folder
from edgeclassify.recording.format.reader import RecordingReader
from edgeclassify.recording.interface import LabelGroups, Record, ViewBegins, ViewFacts
from edgeclassify.recording.replay.judgement import Scene
from edgeclassify.recording.replay.replaying import NewRules, Replay, Replayed, recorded_rules
from edgeclassify.recording.replay.score_streams import ScoreStream, read_score_streams
from edgeclassify.recording.replay.tally import SecondsOf, from_first
from edgeclassify.service.sandbox import config_seen
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Moment

STREAMS = ".npz"
"""Files that end so have score streams in them."""
Say = Callable[[str], None]


def default_config() -> Config:
    """A live camera with one view, all as it is by default."""
    return parse_config({"camera": [{"name": "camera", "source": "picamera:0"}]}, "defaults", Path.cwd())


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording, or score streams, to be replayed any number of times.

    `records`: from the begin. `streams`: of a .npz, by the name of the view that each stands for.
    `images`: of the frames that were recorded; None: there can be none.
    """

    name: str
    records: Callable[[Say], Iterator[Record]]
    seconds_of: Callable[[], SecondsOf]
    streams: dict[str, ScoreStream]
    version: str | None = None
    images: FrameImages | None = None

    def replay(self, new_rules: NewRules, say: Say = lambda _: None) -> Iterator[Replayed]:
        """Decide again. `say`: hears once what of the recording can't be read or taken up."""
        replay = Replay(decider_of, new_rules)
        yield from replay.run(self.records(say))
        if replay.lost:
            say(f"{self.name}: {replay.lost} inputs were lost while it was recorded: there is a gap in it")
        for view, why in replay.foreign.items():
            say(
                f"{self.name}: view {view} begins with what was in it alone: it was recorded by edgeclassify "
                f"{self.version}, whose decider knows other things ({why})"
            )

    def scenes(self, view: str, groups: LabelGroups | None) -> list[Scene] | None:
        """What was to be seen, where the file itself says so."""
        stream = self.streams.get(view)
        return None if stream is None else stream.scenes(groups)


def open_recorded(path: Path, view: str | None) -> Recorded:
    """Raises RecordingError, UsageError where it has no such view."""
    if path.suffix.lower() == STREAMS:
        return _streams(path, view)
    first = RecordingReader(path)
    header, name = first.header, printable(path)
    if view is not None:
        names = list(dict.fromkeys(one.facts.view for one in first.records() if isinstance(one, ViewBegins)))
        if view not in names:
            hint = did_you_mean(view, names)
            raise UsageError(
                f"--view: expected one of {', '.join(names) or 'none'}, found {view}. {hint}".rstrip()
            )

    def records(say: Say) -> Iterator[Record]:
        reader, numbers = RecordingReader(path), set[int]()
        for record in reader.records():
            if isinstance(record, ViewBegins):
                if view not in (None, record.facts.view):
                    continue
                numbers.add(record.number)
            elif (number := getattr(record, "number", None)) is not None and number not in numbers:
                continue
            yield record
        if reader.fault is not None:
            say(f"{name}: {reader.fault}")

    return Recorded(name, records, from_first, {}, header.version, FrameImages(images_folder(path)))


def _streams(path: Path, view: str | None) -> Recorded:
    streams = {str(one.number): one for one in read_score_streams(path)}
    if view is not None:
        if view not in streams:
            raise UsageError(f"--view: expected the number of a stream: {', '.join(streams)}; found {view}")
        streams = {view: streams[view]}
    rules = rules_of(config := default_config(), config.views()[0])
    name = printable(path)

    def records(say: Say) -> Iterator[Record]:
        for stream in streams.values():
            if count := stream.without_scores:
                key = f"{name}: s{stream.number}"
                say(f"{key}: {count} frames have scores that are no numbers: these count for nothing")
            yield from stream.records(rules)

    return Recorded(name, records, lambda: _own_seconds, streams)


def _own_seconds(now: Moment) -> float:
    """Streams have no other time than their own."""
    return now.at


def rules_by_config(path: Path | None, recorded: Recorded, view: str | None) -> NewRules:
    """The rules of a config, by the names of its views; the recorded ones where no config is given.

    Score streams are named by no config: there it is the only view, or the one that `view` names. Raises
    ConfigError, UsageError.
    """
    if path is None:
        return recorded_rules
    config = config_seen(path)[0]
    sections = {section.name: section for section in config.views()}
    if recorded.streams:
        if len(sections) != 1:
            raise UsageError(f"{path}: expected one view, for all streams, found {', '.join(sections)}")
        section = next(iter(sections.values()))
        if all(stream.is_named for stream in recorded.streams.values()):
            return lambda facts: facts_by(config, section, facts)
        rules = rules_of(config, section)  # groups are of labels, which nobody knows here
        return lambda facts: (facts, rules)
    return _ByName(config, sections, path).rules


class _ByName:
    """What a config says of the views of a recording. The model is that of the recording, whatever it says."""

    def __init__(self, config: Config, sections: dict[str, ViewConfig], path: Path) -> None:
        self._config, self._sections, self._path = config, sections, path

    def rules(self, facts: ViewFacts) -> tuple[ViewFacts, Rules]:
        """Raises UsageError for a view that is not there, ConfigError for labels that its model does not have."""
        section = self._sections.get(facts.view)
        if section is None:
            hint = did_you_mean(facts.view, list(self._sections))
            raise UsageError(
                f"{self._path}: expected a view {facts.view}, as in the recording, found "
                f"{', '.join(self._sections)}. {hint or 'Choose one by --view.'}"
            )
        return facts_by(self._config, section, facts)
