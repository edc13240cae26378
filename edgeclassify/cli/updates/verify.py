"""`edgeclassify updates verify`: is this manifest signed, and what does it say?"""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Is a manifest signed by this key, and what does it say?")
@click.argument("where")
@click.option("--public-key", "key", required=True, help="The public key, or the file with it.")
@click.option("--node", help="Say whether it is for the node of this name.")
@click.option("--fetch", is_flag=True, help="Fetch its models as well, to see whether they are the signed ones.")
def verify(where: str, key: str, node: str | None, fetch: bool) -> None:
    """Check the signature of the manifest at WHERE, a file or a URL, and print what it says. Exit status 65 where
    somebody else has signed it, or nobody.

    \b
    Example:  edgeclassify updates verify https://example.org/fleet/update.edgeclassify --public-key fleet.key.pub
    """
    import tempfile

    from edgeclassify.updates.fetching import FILE, fetch_model, joined
    from edgeclassify.updates.keys import key_given
    from edgeclassify.updates.opening import opened_manifest
    from edgeclassify.updates.staging import is_in_share, is_named

    url = where if where.startswith((FILE, "http://", "https://")) else f"{FILE}{Path(where).absolute()}"
    content, manifest = opened_manifest(url, key_given(key))
    click.echo(content.decode(), nl=False)
    if fetch:
        with tempfile.TemporaryDirectory() as folder:
            for model in manifest.models:
                fetch_model(model, joined(url, model.url), Path(folder))
    if node is not None:
        is_meant = is_named(manifest, node) and is_in_share(manifest, node)
        click.echo(f"{node}: {'takes it' if is_meant else 'does not take it yet'}", err=True)
