"""The mosquitto of the container, with a password, and what arrives from it."""

import json
import tempfile
from pathlib import Path

from tests.target.systemd.container import Container

NODE = "porch"
USER, PASSWORD = "porch", "secret"
SUBSCRIBE = ("mosquitto_sub", "-u", USER, "-P", PASSWORD, "-q", "1")
WHO = ("-c", "-i", "check")  # the broker keeps for it what comes while it is away
SETTINGS = (
    "listener 1883 127.0.0.1\nallow_anonymous false\npassword_file /etc/mosquitto/passwords\n"
    "max_queued_messages 0\n"
)


def set_up(container: Container) -> None:
    """Let the broker know the service and nobody else, now and after a boot."""
    container.run("mosquitto_passwd", "-b", "-c", "/etc/mosquitto/passwords", USER, PASSWORD)
    container.run("chown", "mosquitto:", "/etc/mosquitto/passwords")
    container.write("/etc/mosquitto/conf.d/check.conf", SETTINGS)
    container.run("systemctl", "enable", "--quiet", "mosquitto")
    container.run("systemctl", "restart", "mosquitto")


def retained_status(container: Container) -> str:
    """The node's retained status, as a client that connects now is told; empty: there is none."""
    topic = f"edgeclassify/{NODE}/status"
    done = container.result(*SUBSCRIBE, "-C", "1", "-W", "5", "-t", topic)
    return done.stdout.strip() if done.returncode == 0 else ""


class Subscriber:
    """Records every message of the node."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._file = tempfile.NamedTemporaryFile()  # noqa: SIM115 - lives as long as the subscriber
        self._process = container.start(
            *SUBSCRIBE, *WHO, "-t", "edgeclassify/#", "-F", "%r %t %p", stdout=self._file
        )

    def close(self) -> None:
        """End the subscription and forget the record."""
        # Where it runs: what has brought it there ends alone. Two of one name would take turns at what comes.
        self._container.run("pkill", "-x", "mosquitto_sub", check=False)
        self._process.terminate()
        self._process.wait()
        self._file.close()

    def payloads(self, topic: str, *, live: bool = False, node: str = NODE) -> list[str]:
        """Payloads of a topic below the node's, oldest first; `live`: without retained ones."""
        name = f"edgeclassify/{node}/{topic}"
        return [
            payload for retained, found, payload in self._messages() if found == name and not (live and retained)
        ]

    def event_numbers(self) -> list[int]:
        """The `seq` of every event of every view, whether it came live or late, or again."""
        return [seq for seq, _ in self.events()]

    def events(self) -> list[tuple[int, str]]:
        """`seq` and content of every event. One that comes again, live or late, has the same content."""
        return [
            (json.loads(payload)["seq"], payload.replace(',"historical":true', ""))
            for retained, topic, payload in self._messages()
            if not retained
            and topic.startswith(f"edgeclassify/{NODE}/")
            and topic.endswith(("/event", "/history"))
        ]

    def _messages(self) -> list[tuple[bool, str, str]]:
        text = Path(self._file.name).read_text()
        whole = text[: text.rfind("\n") + 1].splitlines()  # the last line may be half written
        return [(flag == "1", topic, payload) for flag, topic, payload in (line.split(" ", 2) for line in whole)]
