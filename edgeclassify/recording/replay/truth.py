"""What was to be seen in each view, as a person wrote it down: a CSV with the columns t, view, label.

`t`: seconds of the recording, or a time as in 2026-11-23T06:54:00Z. From then on `label` is to be seen in `view`
(which may be left out where there is one only) until the view's next row; an empty label, or "unknown": nothing.
"""

import csv
import io
import math
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from edgeclassify.errors import RecordingError
from edgeclassify.files import NotPlainFileError, printable, read_plain_file
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.recording.replay.judgement import Scene
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import UNKNOWN

MOST_BYTES = 50_000_000
_COLUMNS = ("t", "view", "label")


@dataclass(frozen=True, slots=True)
class _Row:
    at_s: float
    label: str | None


class Truth:
    """Raises RecordingError that names the line of the file.

    `labels`: of each view of the recording. `started_at`: its begin in seconds since the epoch.
    """

    def __init__(self, path: Path, labels: Mapping[str, Collection[str]], started_at: float) -> None:
        self._name, self._labels, self._started_at = printable(path), labels, started_at
        self._rows: dict[str, list[_Row]] = {}
        reader = csv.DictReader(io.StringIO(_text(path, self._name)), skipinitialspace=True)
        columns = [] if reader.fieldnames is None else [name.strip() for name in reader.fieldnames]
        reader.fieldnames = columns
        if "t" not in columns or "label" not in columns:
            raise RecordingError(
                f"{self._name}: expected a first line t,view,label, found {','.join(columns) or 'none'}"
            )
        for row in reader:
            self._take(reader.line_num, row)
        for rows in self._rows.values():
            rows.sort(key=lambda one: one.at_s)

    def scenes(self, view: str, last_s: float) -> list[Scene] | None:
        """What was to be seen in a view until the end of the recording; None: nobody says."""
        rows = self._rows.get(view)
        if rows is None:
            return None
        ends = [one.at_s for one in rows[1:]] + [math.nextafter(max(last_s, rows[-1].at_s), math.inf)]
        return [Scene(one.label, one.at_s, end) for one, end in zip(rows, ends, strict=True)]

    def _take(self, line: int, row: Mapping[str, str | None]) -> None:
        where = f"{self._name}, line {line}"
        view = (row.get("view") or "").strip() or self._only_view(where)
        if view not in self._labels:
            hint = did_you_mean(view, list(self._labels))
            known = ", ".join(self._labels)
            raise RecordingError(f"{where}: view: expected one of {known}, found {view}. {hint}".rstrip())
        label = (row.get("label") or "").strip()
        if label and label != UNKNOWN and label not in self._labels[view]:
            hint = did_you_mean(label, list(self._labels[view]))
            raise RecordingError(
                f"{where}: label: expected one that view {view} can show, found {label}. {hint}".rstrip()
            )
        at_s = self._seconds(where, (row.get("t") or "").strip())
        self._rows.setdefault(view, []).append(_Row(at_s, None if label in ("", UNKNOWN) else label))

    def _only_view(self, where: str) -> str:
        if len(self._labels) != 1:
            raise RecordingError(f"{where}: view: expected one of {', '.join(self._labels)}, found none")
        return next(iter(self._labels))

    def _seconds(self, where: str, text: str) -> float:
        try:
            seconds = float(text)
        except ValueError:
            try:
                seconds = datetime.fromisoformat(text).timestamp() - self._started_at
            except ValueError as error:
                raise RecordingError(
                    f"{where}: t: expected seconds, or a time (2026-11-23T06:54:00Z), found {text or 'nothing'}"
                ) from error
        if not math.isfinite(seconds):
            raise RecordingError(f"{where}: t: expected finite seconds, found {text}")
        return seconds


def _text(path: Path, name: str) -> str:
    try:
        content = read_plain_file(path, MOST_BYTES)
    except NotPlainFileError as error:
        raise RecordingError(f"{name}: expected a CSV file, found a pipe or device. Name a file.") from error
    except OSError as error:
        raise RecordingError(
            f"{name}: expected a CSV file that can be read: {error.strerror or error}."
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordingError(f"{name}: expected UTF-8 text, found something else. Save it as UTF-8.") from error
