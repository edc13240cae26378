"""Faults that only show between keys: names that repeat or point nowhere, keys that need another one.

They are looked for in the document as it was read, of whatever types it is, so that they are reported together
with the faults of single keys.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeGuard

from edgeclassify.config.base import Section
from edgeclassify.config.broker_faults import broker_faults
from edgeclassify.config.cameras import LEAST_REST_S, CameraConfig
from edgeclassify.config.governor_faults import governor_faults
from edgeclassify.config.groups.document_faults import group_faults, label_rule_faults
from edgeclassify.config.profile_faults import profile_faults
from edgeclassify.config.rules import ENTER_BY_BELIEF, ENTER_BY_SCORE, default_filter
from edgeclassify.config.source_kinds import (
    ONLY_FOR,
    SOURCE_FORMS,
    WAITING_KINDS,
    shows_single_pictures,
    split_source,
)
from edgeclassify.documents.faults import ConfigFault
from edgeclassify.redaction import redacted_value
from edgeclassify.types import UNKNOWN
from edgeclassify.types.limits import RESERVED_VIEW_NAMES

_LARGE = 1e15


def cross_faults(document: dict[str, Any]) -> list[ConfigFault]:
    """All of them, in the order of the file's parts."""
    cameras, views = _tables(document, "camera"), _tables(document, "view")
    return [
        *broker_faults(_table(document, "mqtt")),
        *_way_out(document),
        *_privacy(document),
        *group_faults("groups", _table(document, "groups")),
        *_cameras(document, cameras, views),
        *_views(cameras, views),
        *_profiles(document, cameras, views),
        *governor_faults(_table(document, "governor"), _table(document, "mqtt")),
    ]


def _way_out(document: dict[str, Any]) -> Iterator[ConfigFault]:
    """Without broker, webhook and history events go nowhere."""
    off = [_table(document, key).get("enabled") is False for key in ("mqtt", "history")]
    if all(off) and "webhook" not in document:
        hint = "Set mqtt.enabled or history.enabled to true, or add [webhook] with a url."
        yield ConfigFault("mqtt.enabled", "a way out for events: mqtt, [webhook] or history", "none", hint)


def _privacy(document: dict[str, Any]) -> Iterator[ConfigFault]:
    if _table(document, "node").get("labels_only") is True:
        for key in ("mqtt", "disk"):
            if _table(document, "snapshot").get(key) is True:
                yield ConfigFault(f"snapshot.{key}", "false while node.labels_only is true", "true")


def _cameras(
    document: dict[str, Any], cameras: dict[int, dict[str, Any]], views: dict[int, dict[str, Any]]
) -> Iterator[ConfigFault]:
    if "camera" not in document or document["camera"] == []:
        hint = f"source is one of {SOURCE_FORMS}"
        yield ConfigFault("camera", "at least one [[camera]] with a source", "none", hint)
    names = {i: _camera_name(table) for i, table in cameras.items()}
    yield from _repeated("camera", "name", "a name that no other camera has", names)
    yield from _watched_twice(cameras)
    for i, table in cameras.items():
        yield from _of_its_kind(f"camera[{i}]", table)
        yield from _of_its_times(f"camera[{i}]", table)
    if not views:  # the default views are named as their cameras
        for i, table in cameras.items():
            if _camera_name(table) in RESERVED_VIEW_NAMES:
                expected = "a name that is no topic of the node itself"
                yield ConfigFault(f"camera[{i}].name", expected, repr(_camera_name(table)))


def _watched_twice(cameras: dict[int, dict[str, Any]]) -> Iterator[ConfigFault]:
    """Each image is given once, so only one of them would get it."""
    sources = {i: _source(table) for i, table in cameras.items()}
    folders = {i: f"watch:{target.rstrip('/')}" for i, (kind, target) in sources.items() if kind == "watch"}
    expected = "a folder that no other camera watches (several views may look at one camera)"
    yield from _repeated("camera", "source", expected, folders)
    places = {i: PurePath(folder.removeprefix("watch:")) for i, folder in folders.items()}
    for i, outer in places.items():
        inner = next((place for place in places.values() if outer in place.parents), None)
        if inner is not None and cameras[i].get("recursive") is not False:
            expected = "false, since another camera watches a folder within"
            yield ConfigFault(f"camera[{i}].recursive", expected, repr(str(inner)))


def _of_its_kind(place: str, camera: dict[str, Any]) -> Iterator[ConfigFault]:
    """Keys that this kind of source does not have: silently without effect they would be."""
    kind, _ = _source(camera)
    for key, kinds in ONLY_FOR.items():
        if key not in camera or not kind or kind in kinds:
            continue
        if not _is_default(key, camera[key]):
            hint = "Choose a part of the picture by the view's roi." if key == "zoom" else ""
            yield ConfigFault(f"{place}.{key}", f"this key only with {', '.join(kinds)}", f"source {kind}", hint)
    controls = _table(camera, "controls")
    own = [key for key in controls if key != "extra"]
    if kind == "v4l2" and own:
        expected = "controls of a v4l2 camera in controls.extra, by its own names (`edgeclassify cameras`)"
        yield ConfigFault(f"{place}.controls.{own[0]}", expected, repr(own[0]))


def _is_default(key: str, value: Any) -> bool:
    default = CameraConfig.model_fields[key].get_default(call_default_factory=True)
    if isinstance(default, Section) and isinstance(value, dict):
        return all(getattr(default, name, None) == inner for name, inner in value.items())
    return bool(value == default)


def _of_its_times(place: str, camera: dict[str, Any]) -> Iterator[ConfigFault]:
    """Times and rates that contradict each other."""
    controls = _table(camera, "controls")
    fps, exposure_us = camera.get("fps"), controls.get("exposure_us")
    longest_us = controls.get("frame_duration_us")
    limits_us = [us for us in longest_us if _is_number(us)] if isinstance(longest_us, list) else []
    if _is_number(exposure_us) and exposure_us > max(limits_us, default=exposure_us):
        expected = f"at most the {max(limits_us):g} that controls.frame_duration_us lets a frame last"
        yield ConfigFault(f"{place}.controls.exposure_us", expected, str(exposure_us))
    if fps is not None and "frame_duration_us" in controls:
        yield ConfigFault(f"{place}.fps", "fps or controls.frame_duration_us, not both", "both")
    if _is_number(fps) and _is_number(exposure_us) and fps > 0 and exposure_us * fps > 1e6:
        expected = f"at most the {1e6 / fps:.0f} that a frame lasts at {fps:g} fps"
        yield ConfigFault(f"{place}.controls.exposure_us", expected, str(exposure_us))
    if camera.get("stop_between") is True:
        yield from _of_the_rest(place, camera)
    if camera.get("realtime") is True and "://" in _source(camera)[1]:
        yield ConfigFault(f"{place}.realtime", "realtime with a file alone", "a stream, which has its own pace")


def _of_the_rest(place: str, camera: dict[str, Any]) -> Iterator[ConfigFault]:
    interval_s, settle_s = (
        camera.get(key, CameraConfig.model_fields[key].default) for key in ("interval_s", "settle_s")
    )
    if _is_number(interval_s) and _is_number(settle_s) and interval_s <= settle_s + LEAST_REST_S:
        expected = f"more than {settle_s + LEAST_REST_S:g} s with stop_between, for a rest between the frames"
        yield ConfigFault(f"{place}.interval_s", expected, f"{interval_s:g}")


def _views(cameras: dict[int, dict[str, Any]], views: dict[int, dict[str, Any]]) -> Iterator[ConfigFault]:
    names = {i: table["name"] for i, table in views.items() if isinstance(table.get("name"), str)}
    yield from _repeated("view", "name", "a name that no other view has", names)
    camera_names = list(dict.fromkeys(map(_camera_name, cameras.values())))
    for i, table in views.items():
        camera, labels = table.get("camera"), table.get("labels")
        if camera is None and len(cameras) > 1:
            yield ConfigFault(
                f"view[{i}].camera", f"one of {', '.join(map(redacted_value, camera_names))}", "nothing"
            )
        elif isinstance(camera, str) and cameras and camera not in camera_names:
            yield ConfigFault.choice(f"view[{i}].camera", camera_names, camera)
        if isinstance(labels, list) and UNKNOWN in labels:
            expected = f"labels of the model ({UNKNOWN!r} is the state without one)"
            hint = f'A class of the model that has this name is called "{UNKNOWN} (class)".'
            yield ConfigFault(f"view[{i}].labels", expected, repr(UNKNOWN), hint)
        yield from _of_motion(f"view[{i}]", table, cameras)
        yield from _of_thresholds(f"view[{i}]", table, cameras)
        yield from _of_home_assistant(f"view[{i}].home_assistant", _table(table, "home_assistant"))
        yield from group_faults(f"view[{i}].groups", _table(table, "groups"))


def _of_thresholds(
    place: str, view: Mapping[str, Any], cameras: dict[int, dict[str, Any]]
) -> Iterator[ConfigFault]:
    by_belief = _over_time(view, cameras) == "bayes"
    usual = ENTER_BY_BELIEF if by_belief else ENTER_BY_SCORE
    enter, leave = view.get("threshold_enter", usual), view.get("threshold_exit")
    if _is_number(enter) and _is_number(leave) and leave > enter:
        expected = f"a threshold_exit of at most threshold_enter ({enter})"
        yield ConfigFault(f"{place}.threshold_exit", expected, str(leave))
    if _is_number(enter):
        lowest = leave if _is_number(leave) else None
        yield from label_rule_faults(place, view, enter, lowest, by_belief=by_belief)


def _profiles(
    document: dict[str, Any], cameras: dict[int, dict[str, Any]], views: dict[int, dict[str, Any]]
) -> Iterator[ConfigFault]:
    tables = {table["name"]: table for table in views.values() if isinstance(table.get("name"), str)}
    if not views:
        tables = {name: {"camera": name} for name in map(_camera_name, cameras.values())}
    profiles = _table(document, "profile")
    yield from profile_faults(profiles, list(tables), tables, lambda key, view: _of_thresholds(key, view, cameras))


def _over_time(view: Mapping[str, Any], cameras: dict[int, dict[str, Any]]) -> Any:
    """The view's filter, or the default that its camera has."""
    watched = [
        shows_single_pictures(_source(camera)[0], camera.get("loop") is True)
        for camera in _cameras_of(view, cameras)
    ]
    return view.get("filter", default_filter(any(watched)))


def _cameras_of(view: Mapping[str, Any], cameras: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """The one it names; where it names none, whichever there are."""
    named = view.get("camera")
    return [camera for camera in cameras.values() if named in (None, _camera_name(camera))]


def _of_motion(place: str, view: dict[str, Any], cameras: dict[int, dict[str, Any]]) -> Iterator[ConfigFault]:
    """Images of a folder have nothing to do with each other: none of them has moved against the one before."""
    kinds = {_source(camera)[0] for camera in _cameras_of(view, cameras)}
    kind = next((kind for kind in sorted(kinds) if kind in WAITING_KINDS), None)
    if kind is None:
        return
    hint = "Each image of a folder counts, whatever the one before showed."
    if _table(view, "motion").get("gate") is True:
        yield ConfigFault(f"{place}.motion.gate", f"false with a source of kind {kind}", "true", hint)
    if view.get("look") == "motion":
        yield ConfigFault(f"{place}.look", f'"roi" with a source of kind {kind}', '"motion"', hint)


def _of_home_assistant(place: str, shown: dict[str, Any]) -> Iterator[ConfigFault]:
    """A binary sensor is on at some labels: nobody else can tell which."""
    asking = [key for key in ("device_class", "off") if shown.get(key)]
    if asking and shown.get("on", []) == []:
        hint = 'For example on = ["open"].'
        yield ConfigFault(f"{place}.on", f"labels at which the sensor is on, beside {asking[0]}", "none", hint)
    on, off = (value if isinstance(value := shown.get(key), list) else [] for key in ("on", "off"))
    for label in off:
        if label in on:
            yield ConfigFault(f"{place}.off", "labels that are not in on too", repr(label))


def _repeated(kind: str, key: str, expected: str, values: dict[int, str]) -> Iterator[ConfigFault]:
    seen: set[str] = set()
    for i, value in values.items():
        if value in seen:
            yield ConfigFault(f"{kind}[{i}].{key}", expected, repr(redacted_value(value)))
        seen.add(value)


def _source(camera: dict[str, Any]) -> tuple[str, str]:
    """Kind and target; empty where the source is no text."""
    source = camera.get("source")
    return split_source(source) if isinstance(source, str) else ("", "")


def _camera_name(table: dict[str, Any]) -> str:
    return str(table.get("name", "camera"))


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _tables(document: dict[str, Any], key: str) -> dict[int, dict[str, Any]]:
    """The tables of an array of tables by their place in it; what is no table there is left out."""
    value = document.get(key)
    items: Sequence[Any] = value if isinstance(value, list) else []
    return {i: table for i, table in enumerate(items) if isinstance(table, dict)}


def _is_number(value: Any) -> TypeGuard[int | float]:
    """One to reckon with: what is too large for that is told of by the key's own check."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGE
