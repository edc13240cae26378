"""`edgeclassify service files`: the files of the service, for whoever makes a package of it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(hidden=True, short_help="The files of the service, for whoever makes a package.")
@click.option("--command", type=click.Path(path_type=Path), default=Path("/usr/bin/edgeclassify"),
              show_default=True, help="The program, as the units name it.")  # fmt: skip
@click.option("--library", type=click.Path(path_type=Path), default=Path("/usr/lib"),
              show_default=True, help="Below it lie units, the service's user and its folders.")  # fmt: skip
@click.option("--systemd", type=click.IntRange(min=1), default=257, show_default=True,
              help="The version of systemd that will read them.")  # fmt: skip
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), required=True,
              help="The folder that stands for /.")  # fmt: skip
def files(command: Path, library: Path, systemd: int, into: Path) -> None:
    """Write the files of the service below a folder: units, what makes its user, and what makes its folders.

    \b
    Example:  edgeclassify service files --systemd 252 --into build/root
    """
    from edgeclassify.errors import StorageError
    from edgeclassify.service.files import Layout, service_files

    for file in service_files(Layout(command, library, systemd)):
        place = into / file.path.relative_to("/")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(file.text, encoding="utf-8")
            place.chmod(file.mode)
        except OSError as error:
            raise StorageError(
                f"{place}: can't be written: {error.strerror}. Is there room, and is the folder yours?"
            ) from error
        click.echo(place)
