"""A systemd that keeps what it is told."""

from edgeclassify.systemd import Notifier


class RecordingNotifier(Notifier):
    """Keeps what systemd would be told."""

    def __init__(self) -> None:
        super().__init__("")
        self.sent: list[str] = []
        """The first line of each message."""
        self.told: list[str] = []
        """All lines."""

    def send(self, *lines: str) -> None:
        self.sent.append(lines[0])
        self.told.extend(lines)
