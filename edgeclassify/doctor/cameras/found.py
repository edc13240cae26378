"""The software for CSI cameras, the cameras that are here, and who may use them."""

import os
import pwd
from functools import cache
from pathlib import Path

from edgeclassify.config import Config, split_source
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown
from edgeclassify.doctor.interface import Finding
from edgeclassify.doctor.software.child import Told, ask_child
from edgeclassify.doctor.software.python import not_here
from edgeclassify.files.rights import Account, Right, obstacle

LIBCAMERA_S, DEVICES_S = 30.0, 15.0
_INSTALL = "sudo apt install python3-picamera2; an environment needs --system-site-packages to see it."
_CABLE = (
    "Check the cable at both ends (its contacts on the right side), with the power off; `rpicam-hello "
    "--list-cameras` must list it. A sensor that is not Raspberry Pi's needs its dtoverlay in "
    "/boot/firmware/config.txt."
)
_KINDS_OF_DEVICE = ("video[0-9]*", "media[0-9]*", "dma_heap/*")
DEVICE_KINDS = ("picamera", "v4l2")


def kinds(config: Config | None) -> set[str]:
    """Of the sources that the config names."""
    return set() if config is None else {split_source(camera.source)[0] for camera in config.camera}


@cache
def libcamera() -> Told:
    """Asked once for both who want to know."""
    return ask_child("picamera", LIBCAMERA_S)


def look_at_software(around: Around) -> list[Finding]:
    """picamera2 and libcamera, where the config or the machine wants them."""
    is_wanted = "picamera" in kinds(around.config)
    if around.beside_daemon:
        return not_here("camera-software") if is_wanted else [_not_wanted()]
    told = libcamera()
    reason = told.failure or told.facts.get("error")
    if not reason:
        return [ok("camera-software", f"picamera2, libcamera {told.facts['libcamera']}".rstrip())]
    if not is_wanted:
        return [_not_wanted()]
    return [fault("camera-software", str(reason), _INSTALL)]


def _not_wanted() -> Finding:
    return ok("camera-software", "picamera2 is not needed: no camera of the config is a CSI camera")


def look_at_cameras(around: Around) -> list[Finding]:
    """Which cameras this machine has."""
    if around.beside_daemon:
        return not_here("cameras")
    csi = libcamera().facts.get("cameras", [])
    usb = ask_child("devices", DEVICES_S, {"dev": str(around.places.dev)}).facts.get("devices", [])
    names = [f"picamera:{one['number']} ({one['model']})" for one in csi]
    names += [f"v4l2:{one['path']}" + (f" ({one['name']})" if one["name"] else "") for one in usb]
    figures = {"csi": len(csi), "usb": len(usb)}
    wanted = kinds(around.config)
    if "picamera" in wanted and not csi:
        there = f"; there are {', '.join(names)}" if names else ""
        return [fault("cameras", f"libcamera finds no CSI camera{there}", _CABLE, figures=figures)]
    if "v4l2" in wanted and not usb:
        remedy = "Plug it in (into another socket: `lsusb` must list it), and look at what `dmesg` says then."
        return [fault("cameras", "no USB camera is there", remedy, figures=figures)]
    if not names:
        return [ok("cameras", "none on this machine; the config asks for none", figures=figures)]
    return [ok("cameras", ", ".join(names), figures=figures)]


def look_at_rights(around: Around) -> list[Finding]:
    """Whether who runs the daemon may open the devices: those that the config names, or all of a CSI camera."""
    wanted = _nodes(around)
    if not kinds(around.config) & set(DEVICE_KINDS):
        return [ok("camera-rights", "no device is needed: the config has no camera of this machine")]
    if not wanted:
        return [unknown("camera-rights", "the devices are not there: see cameras")]
    account = _account(around)
    refused = [node for node in wanted if _is_refused(account, node)]
    if not refused:
        return [ok("camera-rights", f"{account.name} may use {len(wanted)} devices")]
    group = _group_of(refused[0])
    shown = ", ".join(map(str, refused[:3])) + (" …" if len(refused) > 3 else "")
    if around.service is not None:
        remedy = (
            f"SupplementaryGroups= of {around.unit} must have the group {group} (`systemctl cat {around.unit}`); "
            "sudo edgeclassify service install puts it right."
        )
    else:
        remedy = f"sudo usermod -aG {group} {account.name}, then log out and in again."
    return [fault("camera-rights", f"{account.name} may not use {shown} (group {group})", remedy)]


def _nodes(around: Around) -> list[Path]:
    config, dev = around.config, around.places.dev
    if config is None:
        return []
    named = [
        Path(target) for kind, target in (split_source(one.source) for one in config.camera) if kind == "v4l2"
    ]
    if "picamera" in kinds(config):
        named += [node for pattern in _KINDS_OF_DEVICE for node in sorted(dev.glob(pattern))]
    return [node for node in named if node.exists()]


def _account(around: Around) -> Account:
    if around.service is not None:
        return around.service.account
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    return Account(name, uid, frozenset((os.getegid(), *os.getgroups())))


def _is_refused(account: Account, node: Path) -> bool:
    stuck = obstacle(account, node, Right.READ | Right.WRITE)
    return stuck is not None and stuck.right is not None


def _group_of(node: Path) -> str:
    try:
        return node.group()
    except (KeyError, OSError):
        return "video"
