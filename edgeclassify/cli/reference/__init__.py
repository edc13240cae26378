"""`edgeclassify reference`: man pages, completions and the page of commands, made of the commands themselves."""

from pathlib import Path

import click

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(hidden=True, short_help="Write man pages, completions and the page of commands.")
@click.option("--man", type=_FOLDER, metavar="FOLDER", help="Write a man page for each command into it.")
@click.option(
    "--completions",
    type=_FOLDER,
    metavar="FOLDER",
    help="Write completions into it: edgeclassify.bash, _edgeclassify (zsh), edgeclassify.fish.",
)
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write the page of all commands into it.")
def reference(man: Path | None, completions: Path | None, markdown: Path | None) -> None:
    """Write what is known of the commands, for those who package this.

    Folders that are not there are made; files that are there are replaced.

    \b
    Example:  edgeclassify reference --man build/man --completions build/completions
              edgeclassify reference --markdown docs/commands.md
    """
    from edgeclassify.cli import commands
    from edgeclassify.cli.reference.completions import completion_files
    from edgeclassify.cli.reference.described import described
    from edgeclassify.cli.reference.man import man_pages
    from edgeclassify.cli.reference.markdown import markdown_page
    from edgeclassify.errors import UsageError

    if man is None and completions is None and markdown is None:
        raise UsageError("reference: expected --man, --completions or --markdown, found none of them.")
    pages = described(commands, "edgeclassify")
    if man is not None:
        _write(man, man_pages(pages))
    if completions is not None:
        _write(completions, completion_files(pages))
    if markdown is not None:
        _write(markdown.parent, {markdown.name: markdown_page(pages)})


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Each text into its file below `folder`."""
    from edgeclassify.errors import StorageError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{error.filename or folder}: can't be written: {error.strerror}") from error
