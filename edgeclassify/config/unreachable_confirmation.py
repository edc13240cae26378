"""Views whose confirmation time can never be met, since their images come one by one."""

from edgeclassify.config.cameras import CameraConfig
from edgeclassify.config.sections import Config, ViewConfig
from edgeclassify.config.source_kinds import WAITING_KINDS


def confirmation_notes(config: Config) -> list[str]:
    """A warning for each view that waits for a confirmation which a single image of its camera can't give.

    Only images that are shown once count: in a loop they are what a camera shows, frame after frame.
    """
    cameras = {camera.name: camera for camera in config.camera}
    return [
        note
        for view in config.views()
        if view.camera in cameras and (note := _note(view, cameras[view.camera])) is not None
    ]


def _note(view: ViewConfig, camera: CameraConfig) -> str | None:
    if not camera.shows_single_pictures or view.confirmation_s == 0:
        return None
    cure = "Without that key" if camera.kind in WAITING_KINDS else "With confirm_s = 0"
    return (
        f"view {view.name}: with confirm_s = {view.confirmation_s:g} a single picture of {camera.kind}: makes no "
        f"event; it takes several that show the same, taken {view.confirmation_s:g} s apart or more. {cure} each "
        "picture counts."
    )
