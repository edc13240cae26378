"""`edgeclassify updates status`: what this node knows of updates."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import click

from edgeclassify.cli.support.config_option import config_option


@click.command(short_help="Which update runs on this node, and what became of the newest one.")
@config_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def status(path: Path, as_json: bool) -> None:
    """Say which update runs here, which was seen last, and what became of it; also while the daemon runs.

    \b
    Example:  sudo edgeclassify updates status
    """
    from edgeclassify.config.layers.update_layer import FOLDER, STATE_FILE
    from edgeclassify.daemon.kept.kept_state import state_folder
    from edgeclassify.documents.records import plain_values
    from edgeclassify.errors import ConfigError
    from edgeclassify.service.sandbox import config_seen
    from edgeclassify.updates.staging import place_of
    from edgeclassify.updates.store import UpdateStore

    config, service = config_seen(path)
    with nullcontext() if service is None else service.environment():
        folder = state_folder(config)
    if config.updates is None or folder is None:
        raise ConfigError(f"{path}: expected a section [updates], found none: this node looks for no updates.")
    store = UpdateStore(folder / FOLDER) if (folder / FOLDER / STATE_FILE).exists() else None
    record = None if store is None else store.record
    if as_json:
        click.echo(json.dumps(None if record is None else plain_values(record)))
        return
    if record is None:
        click.echo("no update was seen yet")
        return
    runs = "none" if record.running is None else f"{record.running.id} (version {record.running.version})"
    is_lost = store is not None and store.is_lost
    click.echo(f"runs: {f'none, {runs} is gone from the disk' if is_lost else runs}")
    reason = f": {record.reason}" if record.reason else ""
    click.echo(f"newest: {record.id} (version {record.highest}), {record.state}{reason}")
    click.echo(f"its place among the nodes: {place_of(config.node.name, record.id):.1f} of 100")
