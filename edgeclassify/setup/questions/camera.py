"""Which camera: those that are here, one of the network, or a folder; tried by a picture, which is shown."""

from collections.abc import Iterator

from edgeclassify.config import CameraConfig, Config
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.errors import SourceError, UsageError
from edgeclassify.preflight.one_frame import is_watched_folder
from edgeclassify.redaction import redacted_source
from edgeclassify.setup.around import Around
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.interface import Given, Subject
from edgeclassify.setup.questions.interface import Question
from edgeclassify.setup.terminal.picture import picture_lines
from edgeclassify.setup.terminal.talk import Choice

_NETWORK, _FOLDER, _PATTERN, _ANOTHER = "network", "folder", "pattern", "another"
_ELSEWHERE = (
    Choice(_NETWORK, "a network camera", "rtsp://… or http://…"),
    Choice(_FOLDER, "a folder of photos", "to try it out"),
    Choice(_PATTERN, "a drawn pattern", "to try it out without any"),
)
_DARK = 0.04


class CameraQuestion(Question):
    """One camera at a time: the only one, one by its name, or a new one."""

    subject, title, flags = Subject.CAMERA, "Camera", "--camera SOURCE"

    def now(self, config: Config) -> str:
        """Each with its source."""
        return ", ".join(f"{one.name} ({redacted_source(one.source)})" for one in config.camera)

    def answered(self, draft: Draft, given: Given, around: Around) -> Draft:
        """Its source, and its name where it is a new one."""
        around.forget_pictures()
        camera = _which(draft, given, around)
        source = given.camera or _source(draft, camera, around)
        if camera is None:
            usual = f"camera-{len(draft.config.camera) + 1}"
            name = given.camera_name or around.talk.text("Its name, one word", usual)
            added = [KeyChange(("camera", name), {"name": name, "source": source})]
            if draft.config.view:
                added.append(KeyChange(("view", name), {"name": name, "camera": name}))
            return draft.changed(added)
        keys = [KeyChange(("camera", camera.name, "source"), source)]
        if source.startswith("images:") and given.camera is None and source != camera.source:
            keys.append(KeyChange(("camera", camera.name, "loop"), True))  # in place of a camera: it goes on
        if draft.is_fresh and (name := _new_name(camera, given, around)) != camera.name:
            keys.append(KeyChange(("camera", camera.name, "name"), name))
        return draft.changed(keys)

    def try_out(self, draft: Draft, around: Around) -> None:
        """Takes a picture of each camera that is new here; of all where none is."""
        for camera in _new_ones(draft) or draft.config.camera:
            _show(camera, around)


def _new_ones(draft: Draft) -> list[CameraConfig]:
    if draft.is_fresh:
        return []
    known = {(one.name, one.source) for one in Draft.begin(draft.path).config.camera}
    return [one for one in draft.config.camera if (one.name, one.source) not in known]


def _show(camera: CameraConfig, around: Around) -> None:
    from edgeclassify.pixels import brightness

    if is_watched_folder(camera):
        around.screen.good(f"{camera.name}: a watched folder; each picture that comes there is classified")
        return
    around.screen.note(f"Taking a picture of {redacted_source(camera.source)} …")
    frame = around.picture(camera)
    for line in picture_lines(frame, around.screen):
        around.screen.picture(f"  {line}")
    light = brightness(frame)
    around.screen.good(f"{camera.name}: {frame.width}x{frame.height}, brightness {light:.2f}")
    if light < _DARK:
        around.screen.warning("The picture is nearly black. Is there a cap on the lens, or is it night?")


def _which(draft: Draft, given: Given, around: Around) -> CameraConfig | None:
    """None: one that is not there yet."""
    cameras = draft.config.camera
    if draft.is_fresh or (given.camera_name is None and given.camera is not None and len(cameras) == 1):
        return cameras[0]
    if given.camera_name is not None:
        return next((one for one in cameras if one.name == given.camera_name), None)
    if not around.talk.asks and len(cameras) > 1 and given.camera is not None:
        names = ", ".join(one.name for one in cameras)
        raise UsageError(f"--camera-name: expected one of {names}, or the name of a new one, found nothing.")
    choices = [Choice(one.name, one.name, redacted_source(one.source)) for one in cameras]
    said = around.talk.choice("Which one", [*choices, Choice(_ANOTHER, "one more")], cameras[0].name)
    return next((one for one in cameras if one.name == said), None)


def _new_name(camera: CameraConfig, given: Given, around: Around) -> str:
    if given.camera_name is not None:
        return given.camera_name
    around.talk.hint("What it looks at, in one word: front, gate, feeder. It is part of its topics.")
    return around.talk.text("Name of the camera", camera.name)


def _source(draft: Draft, camera: CameraConfig | None, around: Around) -> str:
    is_said = camera is not None and not draft.is_fresh
    if is_said and not around.talk.asks:
        return "" if camera is None else camera.source
    here = list(_cameras_here())
    usual = here[0].key if here else _NETWORK
    if camera is not None and is_said:
        if camera.source not in [one.key for one in here]:
            here.append(Choice(camera.source, redacted_source(camera.source), "as it is"))
        usual = camera.source
    elif not here:
        if not around.talk.asks:
            raise SourceError("no camera here: name one, as in --camera rtsp://HOST/PATH, or --camera synthetic:")
        around.screen.plain("No camera was found on this machine. (CSI cameras need python3-picamera2.)")
    said = around.talk.choice("Which one", [*here, *_ELSEWHERE], usual)
    if said == _NETWORK:
        return around.talk.text("Its URL, rtsp://USER:PASSWORD@HOST/PATH or http://…", "")
    if said == _FOLDER:
        return f"images:{around.talk.text('Folder of photos', '')}"
    return "synthetic:" if said == _PATTERN else said


def _cameras_here() -> Iterator[Choice]:
    """CSI cameras, then those of V4L2 by their lasting names."""
    from edgeclassify.sources.picamera import devices
    from edgeclassify.sources.video.listing import list_devices

    try:
        csi = devices.cameras()
    except SourceError:  # no picamera2
        csi = []
    for one in csi:
        yield Choice(f"picamera:{one.number}", f"picamera:{one.number}", f"{one.model}, CSI")
    for device in list_devices():
        source = f"v4l2:{device.names[0] if device.names else device.path}"
        yield Choice(source, source, "" if device.device is None else device.device.card)
