"""Files of other programs' folders that `service settle` writes: marked: somebody's own ones are left alone."""

from pathlib import Path

from edgeclassify.errors import StorageError
from edgeclassify.files import replace_file

MARK = "Written by `edgeclassify service settle` from the config. Without this line it is left alone."
_MOST = 1 << 16


def marked_file(*lines: str) -> str:
    """Its text: the mark, then the lines."""
    return "\n".join((f"# {MARK}", *lines, ""))


def settle_marked(file: Path, text: str | None) -> bool:
    """Let the file say `text`, None: let there be none. True where that changed something. Raises StorageError.

    One without the mark stays as it is.
    """
    try:
        before = _read(file)
        if before == text or (before is not None and MARK not in before):
            return False
        if text is None:
            file.unlink()
            return True
        replace_file(file, text.encode())
        file.chmod(0o644)
    except OSError as error:
        raise StorageError(
            f"{file}: can't be written: {error.strerror}. Is there room, and are you root? Use sudo."
        ) from error
    return True


def _read(file: Path) -> str | None:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST).decode(errors="replace")
    except FileNotFoundError:
        return None
