"""`edgeclassify models`: list, fetch, add, verify, inspect the models known by name; their labels and places."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.models_option import model_section, not_empty
from edgeclassify.errors import ConfigError, ExitStatus, ModelError

if TYPE_CHECKING:
    from edgeclassify.model.catalog import Catalog
    from edgeclassify.model.catalog.fetch import Progress
    from edgeclassify.types import RuntimeName

MIRROR_ENVIRONMENT = "EDGECLASSIFY_MODEL_MIRROR"
"""As of model/catalog/fetch.py, which takes a second to import on a small Pi."""
_MOST_LABELS_SHOWN = 5
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def models() -> None:
    """The models known by name: list, fetch, add, verify, inspect, labels, groups, path.

    Entries of your own: one TOML file each in ~/.config/edgeclassify/models.d or /etc/edgeclassify/models.d.

    \b
    Example:  edgeclassify models list
              edgeclassify models fetch mobilenet_v2
              edgeclassify classify --model mobilenet_v2 photo.jpg
    """


@models.command("list")
@_JSON
def list_models(as_json: bool) -> int:
    """List the models, and which are here.

    With their size, their licence, and their published top-1 accuracy with what it was measured on; and those that
    were taught here.

    \b
    Example:  edgeclassify models list
              edgeclassify models list --json | jq -r '.models[] | select(.fetched) | .name'
    """
    from edgeclassify.cli.reports.models import list_record, print_list
    from edgeclassify.cli.reports.taught_list import print_taught, read_taught_list, taught_record

    catalog, taught = _catalog(), read_taught_list()
    if as_json:
        record = list_record(catalog)
        record["taught"] = [taught_record(folder, manifest) for folder, manifest in taught.models]
        record["faults"] += taught.faults
        click.echo(json.dumps(record, indent=2))
    else:
        print_list(catalog)
        print_taught(taught.models)
    for message in (*catalog.faults.values(), *taught.faults):
        click.echo(f"edgeclassify: {message}", err=True)
    return (
        ConfigError.exit_status if catalog.faults else ModelError.exit_status if taught.faults else ExitStatus.OK
    )


@models.command()
@click.argument("name")
@click.option(
    "--from",
    "local",
    type=click.Path(exists=True, path_type=Path),
    metavar="FILE|FOLDER",
    help="Take the model (and its labels, which lie beside it) from here instead of the network.",
)
@click.option(
    "--mirror",
    envvar=MIRROR_ENVIRONMENT,
    metavar="URL",
    help=f"Take the files from this folder on the web instead. [env: {MIRROR_ENVIRONMENT}]",
)
def fetch(name: str, local: Path | None, mirror: str | None) -> None:
    """Fetch the model NAME and its labels.

    Both are checked before they are put in place: EDGECLASSIFY_MODELS; else /var/lib/edgeclassify/models where the
    service is set up and you may write there; else ~/.local/share/edgeclassify/models. A download that was cut off
    goes on where it stopped. For the service: sudo edgeclassify models fetch NAME.

    \b
    Example:  edgeclassify models fetch mobilenet_v2
              edgeclassify models fetch mobilenet_v2 --from /media/usb
              edgeclassify models fetch mobilenet_v2 --mirror http://nas.local/models
    """
    from edgeclassify.model.catalog.fetch import FetchOptions, fetch_model
    from edgeclassify.model.catalog.places import fetch_command, service_folder

    _check_mirror(mirror)
    entry = _catalog().entry(name)
    with _progress_bar() as progress:
        fetched = fetch_model(entry, FetchOptions(mirror=mirror, local=local), progress)
    state = "is already here" if fetched.was_there else "fetched"
    click.echo(f"{name}: {state}: {fetched.path}")
    service = service_folder()
    if service is not None and fetched.path.parent != service and entry.local_file is None:
        click.echo(
            f"edgeclassify: {name}: the service of this machine can't see it there. "
            f"For the service: {fetch_command(name)}",
            err=True,
        )


@models.command()
@click.argument("file", metavar="FILE.zip", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", callback=not_empty, help="Its name from now on. [default: the zip's]")
def add(file: Path, name: str | None) -> None:
    """Add a model that another tool exported.

    FILE.zip is what Teachable Machine, Custom Vision, Lobe and the like export for TensorFlow Lite: a .tflite file
    with its labels. It is opened and run once before it is put in place, beside the models that are fetched, with
    a sidecar and an entry in the catalog. For the service: sudo edgeclassify models add FILE.zip.

    \b
    Example:  edgeclassify models add converted_tflite.zip --name bins
              edgeclassify classify --model bins photo.jpg
    """
    from edgeclassify.model.adding.add import add_model, is_seen_by_service

    added = add_model(file, name)
    state = "is already here" if added.was_there else "added"
    shown = ", ".join(added.labels[:_MOST_LABELS_SHOWN])
    shown += ", …" if len(added.labels) > _MOST_LABELS_SHOWN else ""
    click.echo(f"{added.name}: {state}, {len(added.labels)} labels ({shown}): {added.path}")
    for note in added.notes:
        click.echo(f"edgeclassify: {added.name}: {note}", err=True)
    if not is_seen_by_service(added):
        click.echo(
            f"edgeclassify: {added.name}: the service of this machine can't see it there. For the service: sudo "
            f"edgeclassify models add {file}",
            err=True,
        )


@models.command()
@click.argument("name", required=False)
@click.option(
    "--runtime",
    type=click.Choice(["auto", "litert", "tflite-runtime"]),
    default="auto",
    show_default=True,
    help="What runs the model.",
)
@_JSON
def verify(name: str | None, runtime: "RuntimeName", as_json: bool) -> int:
    """Verify the models that are here.

    Or only NAME, or a FILE: is the checksum right, does it load, does it have a label per class, and does its
    golden picture get its label? Exit status 0; that of the first fault (65 for a damaged model) otherwise.

    \b
    Example:  edgeclassify models verify
              edgeclassify models verify mobilenet_v2
    """
    from edgeclassify.cli.reports.models import print_verification, verification_record
    from edgeclassify.model.inspect.verification import verify_model, verify_taught

    taught = _taught_to_verify(name)
    results = [verify_taught(one, runtime) for one in taught]
    if name is None or not taught:
        files = [verify_model(label, path, sha256, runtime) for label, path, sha256 in _to_verify(name)]
        results = [*files, *results]
    if as_json:
        click.echo(json.dumps([verification_record(result) for result in results], indent=2))
    else:
        print_verification(results)
    errors = [result.error for result in results if result.error is not None]
    for error in errors:
        click.echo(f"edgeclassify: {error}", err=True)
    return errors[0].exit_status if errors else ExitStatus.OK


@models.command()
@click.argument("name", metavar="NAME|FILE")
@_JSON
def inspect(name: str, as_json: bool) -> None:
    """Look into a model: its layers in figures.

    Each layer's output, parameters and multiply-adds; what each depthwise-separable block saves against a
    standard convolution; the totals; input, output and quantization; the temperature of its scores and the labels
    that mean that nothing is there. Read from the files themselves; how fast it runs here, where a daemon or the
    doctor of the same user has measured that. A model that no runtime must be given is shown all the same, with a
    line that says why.

    \b
    Example:  edgeclassify models inspect builtin
              edgeclassify models inspect model.tflite --json | jq '.multiply_adds'
    """
    from edgeclassify.model.inspect.inspection import inspect_model
    from edgeclassify.model.inspect.score_facts import read_score_facts
    from edgeclassify.model.opening.tried_interpreter import usual_trials
    from edgeclassify.model.soundness.check import check_soundness
    from edgeclassify.model.tflite.model_file import read_model_file

    model = read_model_file(_model_file(name))
    figures, scores = inspect_model(model), None
    speeds = usual_trials().speeds.known_of(figures.sha256).ways
    try:
        scores = read_score_facts(model)
        check_soundness(model)
    except ModelError as error:
        click.echo(f"edgeclassify: this model is not used: {error}", err=True)
    from edgeclassify.cli.reports.inspection import inspection_record, print_inspection

    if as_json:
        click.echo(json.dumps(inspection_record(figures, scores, speeds), indent=2, ensure_ascii=False))
    else:
        print_inspection(figures, scores, speeds)


@models.command()
@click.argument("name", metavar="NAME|FILE")
@click.argument("pattern", required=False)
@click.option("--labels", metavar="FILE", callback=not_empty, help="Label file, when the model has none.")
@_JSON
def labels(name: str, pattern: str | None, labels: str | None, as_json: bool) -> int:
    """Print the labels of a model, with their index.

    Only those that contain PATTERN, whatever its case; * and ? stand for any text and any character. Exit status 1
    where none does.

    \b
    Example:  edgeclassify models labels builtin
              edgeclassify models labels mobilenet_v2 cat
              edgeclassify models labels model.tflite 'red*' --json | jq -r '.[].label'
    """
    from edgeclassify.cli.reports.models import label_records
    from edgeclassify.model.opening.description import describe_model

    facts = describe_model(model_section(name, labels))
    records = label_records(facts.labels, pattern)
    if as_json:
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
    else:
        width = len(str(len(facts.labels) - 1))
        for record in records:
            click.echo(f"{record['index']:>{width}}  {record['label']}")
    if records:
        return ExitStatus.OK
    click.echo(f"edgeclassify: {name}: none of its {len(facts.labels)} labels has {pattern!r} in it", err=True)
    return ExitStatus.SOME_FAILED


@models.command()
@click.argument("name", metavar="NAME|FILE")
@click.argument("pattern", required=False)
@click.option("--labels", metavar="FILE", callback=not_empty, help="Label file, when the model has none.")
@_JSON
def groups(name: str, pattern: str | None, labels: str | None, as_json: bool) -> int:
    """Print the everyday groups of a model's labels.

    They are those that preset = "everyday" takes in the config's [groups]. Only those of which PATTERN is in the
    name, or in that of a label, whatever its case. Exit status 1 where there is none.

    \b
    Example:  edgeclassify models groups builtin
              edgeclassify models groups mobilenet_v2 dog
              edgeclassify models groups mobilenet_v2 --json | jq -r '.groups[].group'
    """
    from edgeclassify.cli.reports.groups import group_report, print_groups
    from edgeclassify.config.groups.model_labels import ModelLabels
    from edgeclassify.model.opening.description import describe_model

    facts = describe_model(model_section(name, labels))
    report = group_report(ModelLabels(name, facts.labels, facts.background), pattern)
    if report is None:
        click.echo(
            f"edgeclassify: {name}: there are no bundled groups for its {len(facts.labels)} labels: write your "
            "own into [groups] of the config",
            err=True,
        )
        return ExitStatus.SOME_FAILED
    if as_json:
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        print_groups(report)
    if report["groups"]:
        return ExitStatus.OK
    click.echo(f"edgeclassify: {name}: none of its groups has {pattern!r} in it, or in a label", err=True)
    return ExitStatus.SOME_FAILED


@models.command()
@click.argument("name")
def path(name: str) -> None:
    """Print where the model NAME lies; of one that was taught here its folder.

    Exit status 66 where it has not been fetched.

    \b
    Example:  edgeclassify models path mobilenet_v2
    """
    from edgeclassify.model.catalog import resolve_model
    from edgeclassify.model.opening.taught_folder import taught_folder

    click.echo(str(taught_folder(name) or resolve_model(name)))


def _catalog() -> "Catalog":
    """That of click's context, where whoever calls the commands has put one there; else this machine's."""
    from edgeclassify.model.catalog import Catalog, load_catalog

    return click.get_current_context().find_object(Catalog) or load_catalog()


def _model_file(name: str) -> Path:
    """The .tflite file: of a model that was taught here that of its base."""
    from edgeclassify.model.opening.model_files import files_of, find_file
    from edgeclassify.model.opening.taught_folder import taught_folder
    from edgeclassify.types import ModelChoice

    if taught_folder(name) is None:
        return find_file(name)
    found = files_of(ModelChoice(name=name)).network[0]
    click.echo(
        f"edgeclassify: {name}: it was taught here; this is the network of its base, {found.stem}", err=True
    )
    return found


def _to_verify(name: str | None) -> Iterator[tuple[str, Path, str | None]]:
    """Name, file and checksum of each model to verify."""
    from edgeclassify.model.catalog import model_path, resolve_model
    from edgeclassify.types.model_choice import is_model_path

    if name is not None and is_model_path(name):
        yield name, _model_file(name), None
        return
    catalog = _catalog()
    if name is not None:
        yield name, resolve_model(name), catalog.entry(name).facts.sha256
        return
    for entry in catalog.entries.values():
        # A model that is part of the package must be there; of the others, those that were fetched.
        found = entry.local_file or model_path(entry)
        if found is not None:
            yield entry.name, found.resolve(), entry.facts.sha256


def _taught_to_verify(name: str | None) -> list[str]:
    """Names of models that were taught here."""
    from edgeclassify.model.opening.taught_folder import taught_folder
    from edgeclassify.model.taught.places import taught_names

    return [one for one in (taught_names() if name is None else (name,)) if taught_folder(one) is not None]


def _check_mirror(mirror: str | None) -> None:
    from edgeclassify.redaction import redacted_value

    if mirror is not None and not mirror.startswith(("http://", "https://")):
        found = redacted_value(mirror)
        raise click.BadParameter(f"expected http://… or https://…, found {found!r}", param_hint="--mirror")


@contextmanager
def _progress_bar() -> "Iterator[Progress]":
    """A bar per file on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:

        def show(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield show
