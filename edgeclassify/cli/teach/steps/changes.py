"""What a change made of a model."""

import click

from edgeclassify.model.taught.manifest import Manifest


def tell_change(manifest: Manifest) -> None:
    """The change, and whether the head knows of it."""
    click.echo(f"{manifest.name}: {manifest.change}. Version {manifest.version}.")
    if not manifest.is_fitted and manifest.examples:
        click.echo(f"Next: edgeclassify teach {manifest.name} fit")
