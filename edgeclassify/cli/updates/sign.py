"""`edgeclassify updates sign`: a folder's config and models as a signed update."""

from __future__ import annotations

from pathlib import Path

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH

WEEK_S = 7 * 86_400


@click.command(short_help="Sign a folder's config and models as an update.")
@click.argument("folder", type=CONFIG_PATH)
@click.option("--key", type=CONFIG_PATH, required=True, help="File with the private key, of `updates keygen`.")
@click.option("--out", type=CONFIG_PATH, help="The signed manifest; default: update.edgeclassify in FOLDER.")
@click.option("--percent", type=click.FloatRange(0, 100), help="Share of the nodes; default: 100.")
@click.option(
    "--nodes", multiple=True, metavar="PATTERN", help="Only nodes of such names: gate-*; may be repeated."
)
@click.option("--id", "name", help="Its name; default: that of the folder with the version behind it.")
@click.option("--version", type=click.IntRange(min=1), help="Default: one more than the last, where it differs.")
@click.option("--not-before", metavar="TIME", help="Not before then: 2026-12-01T08:00:00Z.")
@click.option("--min-version", metavar="VERSION", help="Only nodes with this edgeclassify, or a later one.")
@click.option("--watch", type=click.FloatRange(1, WEEK_S), help="Seconds for which nodes watch it; default: 600.")
@click.option(
    "--most-offline", type=click.FloatRange(1, WEEK_S), help="Seconds a view may be offline; default: 60."
)
@click.option(
    "--most-inference-ms",
    type=click.FloatRange(0.001, 1_000_000),
    help="Most time from frame to scores; default: three times as before.",
)
@click.option("--node-config", type=CONFIG_PATH, help="A node's config: is it right with the update below it?")
def sign(
    folder: Path,
    key: Path,
    out: Path | None,
    percent: float | None,
    nodes: tuple[str, ...],
    name: str | None,
    version: int | None,
    not_before: str | None,
    min_version: str | None,
    watch: float | None,
    most_offline: float | None,
    most_inference_ms: float | None,
    node_config: Path | None,
) -> None:
    """Sign what is in FOLDER: config.toml, and the files in its folder models. Put it on a web server then, or a
    USB stick, as it is.

    The config is the lowest layer of each node's: what the node's own file says holds. A model of the update is
    named as ${UPDATE}/NAME.tflite there. Signed again with the same content, it stays the same update: with a
    greater --percent more nodes take it, and what is not said stays as it was signed last (--nodes "*": all).

    \b
    Example:  edgeclassify updates sign release --key fleet.key --percent 5 --node-config porch.toml
              edgeclassify updates sign release --key fleet.key --percent 100
    """
    from edgeclassify.cli.support.updates.looked_at import unknown_keys
    from edgeclassify.cli.support.updates.making import TARGET, Wanted, made_manifest, write_signed
    from edgeclassify.errors import UsageError

    if not all(pattern.strip() for pattern in nodes):
        raise UsageError(
            '--nodes: expected a pattern of nodes\' names, as "gate-*", found nothing. "*" means all.'
        )
    target = folder / TARGET if out is None else out
    gate = (watch, most_offline, most_inference_ms)
    wanted = Wanted(name, version, percent, nodes or None, not_before, min_version, *gate)
    manifest = made_manifest(folder, target, wanted, node_config)
    public = write_signed(manifest, key, target)
    for unknown in unknown_keys(manifest, folder / "config.toml"):
        click.echo(
            f"edgeclassify: {folder / 'config.toml'}: warning: {unknown}: no such key in the edgeclassify that is "
            "installed here. A node of the same version refuses the update.",
            err=True,
        )
    brings = f"a config and {len(manifest.models)} files" if manifest.models else "a config"
    click.echo(
        f"{target}: {manifest.id}, version {manifest.version}, with {brings}, for {manifest.percent:g} % of "
        f"{', '.join(manifest.nodes) or 'the nodes'} whose public key is {public}"
    )
