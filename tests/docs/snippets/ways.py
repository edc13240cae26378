"""What is done with each line that is typed: run as it stands, or why not."""

import re

from tests.docs.snippets.pages import Typed
from tests.docs.snippets.parsing import is_ours

RUN = {"edgeclassify", "mosquitto_sub", "mosquitto_pub", "mosquitto_rr", "curl", "jq", "python", "ffmpeg"}
"""Programs that are run."""

NOT_RUN = {
    "apt": "changes the machine; tests/target/systemd installs the package with apt",
    "apt-get": "changes the machine",
    "apt-mark": "changes the machine",
    "dpkg": "changes the machine",
    "gpg": "a key of the reader's",
    "make": "what it makes has tests of its own",
    "git": "needs the network",
    "pip": "needs the network",
    "pipx": "needs the network",
    "npm": "needs the network",
    "systemctl": "needs systemd: tests/target/systemd",
    "systemd-creds": "needs systemd: tests/target/systemd",
    "systemd-run": "needs systemd: tests/target/systemd",
    "systemd-analyze": "needs systemd: tests/target/systemd",
    "journalctl": "needs systemd: tests/target/systemd",
    "timedatectl": "needs systemd",
    "raspi-config": "a Pi",
    "rpicam-hello": "a camera of a Pi",
    "vcgencmd": "a Pi",
    "reboot": "a machine of one's own",
    "mount": "a disk of one's own",
    "umount": "a disk of one's own",
    "systemd-tmpfiles": "needs the service's user: tests/target/systemd",
    "findmnt": "a disk of one's own",
    "nano": "an editor",
    "install": "needs the service's user: tests/target/systemd",
    "chown": "needs the service's user",
    "chmod": "a file of the reader's",
    "usermod": "a user of the machine",
    "adduser": "a user of the machine",
    "mosquitto_passwd": "run by tests/docs/test_mosquitto.py, with the page's config",
    "ffplay": "needs a screen",
    "gst-launch-1.0": "needs a screen",
    "man": "the pages are shown in tests/cli/reference",
    "ssh": "another machine",
    "scp": "another machine",
    "avahi-browse": "needs other machines",
    "openssl": "another server, or a secret of the reader's; tests/docs/test_mosquitto.py runs those of its page",
    "nginx": "run by tests/web/safety",
    "cp": "a file of the reader's",
    "rm": "a file of the reader's",
    "tee": "a file of the machine",
    "cd": "a folder of the reader's",
    "setarch": "a 32-bit machine",
    "touch": "a file of the machine",
    "printf": "run by tests/docs/test_mosquitto.py",
    "echo": "nothing of ours",
    "cat": "a file of the reader's",
    "ls": "a file of the reader's",
    "wget": "needs the network",
    "docker": "a machine of its own",
    "createuser": "a database of the reader's",
    "createdb": "a database of the reader's",
    "crontab": "a machine of one's own",
    "rollout.py": "other machines: tests/packaging/rollout",
    "build-root.sh": "root rights and minutes",
    "check-package.sh": "root rights and minutes",
    "run_machine.py": "a machine of build-machine.sh, and minutes",
    "build-machine.sh": "root rights and minutes",
}
"""Program → why a line with it is not run. What is ours in it is parsed all the same."""

_LINES_NOT_RUN = (
    (r"…|\.\.\.", "shortened"),
    (r"https://|\blan\b", "another server"),
    (r"--source|picamera:|v4l2:|rtsp:", "a camera"),
    (r"\b(?:/media/usb|\.\./|/opt/|/path/)", "a folder of the reader's"),
    (r"edgeclassify updates\b", "has tests of its own, with a real server too"),
    (r"edgeclassify (?:service|setup|doctor)\b", "has tests of its own, on a real systemd too"),
    (r"\bmobilenet_v2|mobilenet_v2_2018", "needs the network; tests/model/catalog fetches"),
    (r"converted_tflite|--model bins|-m bins", "an export of another tool; tests/model/adding has real ones"),
    (r"teach \w+ (?:correct|move|review --label|clusters --label|remove [0-9a-f]|undo --to)", "an id made up"),
    (r"request/teach/correct", "an id made up"),
    (r"teach leaf", "pictures of the reader's"),
    (r"import gate.taught.zip", "is refused where the model is there already: tests/cli/teach"),
    (r"web password", "there is one already: the world is made with it"),
    (r"edgeclassify ingest\b", "a database of the reader's: tests/cli/test_ingest.py"),
    (r"archive .*(?:/mnt/|cluster:8786)", "a folder or cluster of the reader's: tests/archive"),
    (r"edgeclassify cameras", "a camera: tests/cli/test_cameras.py"),
    (r"snapshots\.csv|streams\.npz|model\.tflite|pictures/ --write", "a file of the reader's"),
    (r"teach gate (?:clusters|review)(?: --sheet \S+)?$", "asks the reader: tests/cli/teach"),
    (r"remove --label ajar", "a class made up"),
    (r"remove --model", "for good: tests/cli/teach"),
    (r"edgeclassify fleet .*(?:north-|shop-|yard-|barn)", "nodes of the reader's: tests/cli/fleet"),
    (r"fleet (?:list|resume) .*--where", "a healthy node is not meant by it: tests/cli/fleet"),
    (r"--forget", "is refused while the node is online: tests/cli/test_forget.py"),
    (r"--for 60", "takes a minute: a shorter one is run"),
    (r"edgeclassify calibrate", "pictures in folders named by the model's labels: tests/cli/test_calibrate.py"),
    (r"check --elsewhere", "a file of the reader's"),
    (r"run --config c.toml", "a daemon of one's own: tests/cli/test_run.py"),
    (r"edgeclassify run\b", "a daemon beside the one that runs: tests/cli/test_run.py"),
    (r"edgeclassify demo\b", "tests/demo"),
    (r"-u \w+ -P|mosquitto\w* .*--cafile|watch .*--ca ca\.pem", "run by tests/docs/test_mosquitto.py"),
)
"""In a line → why it is not run."""

_ENDLESS = (
    r"edgeclassify watch\b|--live|mosquitto_sub|curl -N|snapshot .*--watch|edgeclassify record\b|notices_\w+\.py"
)
"""Runs until it is interrupted."""

_MAY_BE_SILENT = r"edgeclassify record\b|--live|\| jq|\| edgeclassify explain|notices_\w+\.py"
"""Of these: speaks of events alone, which may not come, or writes a file."""


def reason_against(line: Typed) -> str | None:
    """Why it is not run; None: it is."""
    for pattern, reason in _LINES_NOT_RUN:
        if re.search(pattern, line.text):
            return reason
    try:
        commands = line.simple_commands()
    except ValueError:  # test_typed.py fails with it
        return "no line of a shell"
    for words in commands:
        if not is_ours(words) and words[0] not in RUN:
            return NOT_RUN.get(words[0].rsplit("/", 1)[-1], "a program that nothing is known of")
    return None


def is_known(words: list[str]) -> bool:
    """A program of which is said what is done with it."""
    return is_ours(words) or words[0] in RUN or words[0].rsplit("/", 1)[-1] in NOT_RUN


def is_endless(line: Typed) -> bool:
    """It is interrupted once it has said something."""
    return re.search(_ENDLESS, line.text) is not None and re.search(r"--for \d+$", line.text) is None


def may_be_silent(line: Typed) -> bool:
    """It may say nothing until it is interrupted."""
    return re.search(_MAY_BE_SILENT, line.text) is not None
