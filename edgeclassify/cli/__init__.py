"""The commands, one module each; a module is imported only when its command runs, so that --help is quick."""

import importlib

import click

from edgeclassify import __version__

MODULES = (
    "run", "watch", "history", "demo", "classify", "cameras", "snapshot", "check", "models", "calibrate",
    "record", "replay", "tune", "explain",
)  # fmt: skip


class LazyGroup(click.Group):
    """A group whose commands are the functions of the same name in edgeclassify.cli.<name>."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of the help."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None for unknown ones."""
        if cmd_name not in MODULES:
            return None
        command: click.Command = getattr(importlib.import_module(f"{__name__}.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with "did you mean" for a word that is no command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from edgeclassify.suggestions import did_you_mean

            hint = did_you_mean(args[0], MODULES)
            raise click.UsageError(
                f"{error.message.rstrip('.')}. Commands: {', '.join(MODULES)}. {hint}".rstrip(), ctx
            ) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="edgeclassify")
def commands() -> None:
    """Turn a camera into a trustworthy MQTT sensor: a quantized MobileNet, labels over MQTT.

    \b
    Try it, without camera or broker:   edgeclassify demo
    Which class is this picture?        edgeclassify classify photo.jpg
    """
