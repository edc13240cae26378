"""`edgeclassify cameras`: which cameras are here, and what can be asked of them."""

import json

import click


@click.command(short_help="Which cameras are here, with their modes and controls?")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def cameras(as_json: bool) -> None:
    """List the cameras of this machine: CSI cameras (picamera2) and V4L2 devices, such as USB cameras.

    The first word of each is the source for the config. Exit status 69 where there is none.

    \b
    Example:  edgeclassify cameras
              edgeclassify cameras --json
    """
    from edgeclassify.cli.reports.cameras import camera_record, print_cameras
    from edgeclassify.errors import SourceError, SourceUnusableError
    from edgeclassify.sources.picamera.listing import ListedCamera, list_cameras
    from edgeclassify.sources.video.listing import list_devices

    csi: list[ListedCamera] = []
    missing = None
    try:
        csi = list_cameras()
    except SourceUnusableError as error:  # no picamera2: a PC, or a Pi that lacks it
        missing = str(error)
    devices = list_devices()
    if as_json:
        click.echo(json.dumps(camera_record(csi, devices, missing), indent=2))
    else:
        print_cameras(csi, devices, missing)
    if not csi and not devices:
        raise SourceError("no camera here: no CSI camera, and no /dev/video* that records pictures.")
