"""The views that a file does not name: one per camera, which is gone as soon as the file names another one."""

from collections.abc import Sequence
from typing import Any

from edgeclassify.config.editing.interface import KeyChange


def with_default_views(document: dict[str, Any], keys: Sequence[KeyChange]) -> list[KeyChange]:
    """The changes, behind those that write down the views which hold by default, where one of them is meant.

    So a view that is edited, or that another one is added to, is there afterwards as it was before.
    """
    if document.get("view") or not any(key.path[0] == "view" for key in keys):
        return list(keys)
    cameras = [str(camera.get("name", "camera")) for camera in document.get("camera", ())]
    return [*(KeyChange(("view", name), {"name": name, "camera": name}) for name in cameras), *keys]
