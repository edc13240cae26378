"""What `models inspect` shows: the layers, the depthwise-separable blocks, the totals, input and output."""

from collections.abc import Iterable
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edgeclassify.model.inspect.inspection import BlockFigures, Inspection, LayerFigures, TensorFigures
from edgeclassify.model.inspect.score_facts import ScoreFacts
from edgeclassify.model.speed.known_speeds import Ways

OPERATOR_WIDTH = 17
"""Longer names of operators may be folded: as many columns as the longest usual one has, DEPTHWISE_CONV_2D."""


def inspection_record(figures: Inspection, scores: ScoreFacts | None, speeds: Ways) -> dict[str, Any]:
    """All of it as plain values. `scores`: None where its files can't be read; `speeds`: as measured here."""
    return {
        **figures.as_dict(),
        "temperature": None if scores is None else scores.temperature,
        "background": None if scores is None or scores.background is None else list(scores.background),
        "invoke_ms": dict(speeds),
    }


def print_inspection(figures: Inspection, scores: ScoreFacts | None, speeds: Ways) -> None:
    """Print the figures as tables that fit 80 columns; on a narrower terminal their lines are wrapped by it."""
    layers, blocks = _layers(figures.layers), _blocks(figures.blocks)
    width = max(Console().width, _least_width(layers), _least_width(blocks))
    console = Console(highlight=False, width=width)
    console.print(layers)
    if figures.blocks:
        console.print()
        console.print("[bold]Depthwise-separable blocks[/], beside one standard convolution of the same shape:")
        console.print(blocks)
    console.print()
    for line in (*_summary(figures), *_of_scores(scores), *_of_speeds(speeds)):
        console.print(line, soft_wrap=True)


def _layers(layers: Iterable[LayerFigures]) -> Table:
    table = _table()
    table.add_column("#", no_wrap=True, justify="right")
    # The one column that may be folded: names of rare operators are long.
    table.add_column("operator", overflow="fold")
    table.add_column("kernel", no_wrap=True)
    for title in ("output", "parameters", "multiply-adds", "block"):
        table.add_column(title, no_wrap=True, justify="right")
    for layer in layers:
        table.add_row(
            str(layer.index),
            escape(layer.operator),
            _kernel(layer),
            by(layer.output_shape),
            f"{layer.parameters:,}" if layer.parameters else "",
            _multiply_adds(layer),
            "" if layer.block is None else str(layer.block),
        )
    return table


def _blocks(blocks: Iterable[BlockFigures]) -> Table:
    table = _table()
    for title in ("block", "kernel", "channels", "multiply-adds", "standard", "ratio"):
        table.add_column(title, no_wrap=True, justify="right")
    for block in blocks:
        table.add_row(
            str(block.number),
            by(block.kernel),
            f"{block.channels_in} → {block.channels_out}",
            f"{block.multiply_adds:,}",
            f"{block.standard_multiply_adds:,}",
            ratio(block.multiply_adds, block.standard_multiply_adds),
        )
    return table


def _least_width(table: Table) -> int:
    """What the table needs so that only names of operators are folded: half a figure would be a wrong one."""
    width = 0
    for column in table.columns:
        longest = max(cell_len(str(text)) for text in (column.header, *column.cells))
        width += longest if column.no_wrap else min(longest, OPERATOR_WIDTH)
    return width + 2 * (len(table.columns) - 1)


def _summary(figures: Inspection) -> Iterable[str]:
    yield _total("multiply-adds", figures.multiply_adds, figures.standard_multiply_adds, bool(figures.blocks))
    yield _total("parameters", figures.parameters, figures.standard_parameters, bool(figures.blocks))
    if figures.uncounted:
        yield f"[bold]not counted[/]    {escape(', '.join(figures.uncounted))}"
    for title, tensors in (("input", figures.inputs), ("output", figures.outputs)):
        for tensor in tensors:
            yield f"[bold]{title:14}[/] {escape(_tensor(tensor))}"
    yield f"[bold]{'embedding':14}[/] {escape(_embedding(figures))}"
    weights = ", ".join(f"{count} x {kind}" for kind, count in figures.weights_quantization.items())
    yield f"[bold]{'weights':14}[/] {escape(weights) or 'none'}"
    if figures.subgraphs != 1:
        yield f"[bold]{'graphs':14}[/] {figures.subgraphs}; the first is shown"
    inside = [f"{name} ({size:,} bytes)" for name, size in figures.metadata.items()]
    attached = [f"{name} ({size:,} bytes)" for name, size in figures.associated_files.items()]
    yield f"[bold]{'metadata':14}[/] {escape(', '.join(inside)) or 'none'}"
    yield f"[bold]{'attached files':14}[/] {escape(', '.join(attached)) or 'none'}"
    yield f"[bold]{'file':14}[/] {escape(figures.path)}, {figures.size:,} bytes"
    yield f"[bold]{'sha256':14}[/] {figures.sha256}"


def _of_scores(scores: ScoreFacts | None) -> Iterable[str]:
    temperature = "not known" if scores is None else f"{scores.temperature:g}"
    background = "not known"
    if scores is not None and scores.background is not None:
        background = ", ".join(scores.background) or "none of its labels"
    yield f"[bold]{'temperature':14}[/] {temperature}"
    yield f"[bold]{'background':14}[/] {escape(background)}"


def _of_speeds(speeds: Ways) -> Iterable[str]:
    said = (f"{way} {'not to be had' if ms is None else f'{ms:.2f} ms'}" for way, ms in speeds.items())
    yield f"[bold]{'an invoke here':14}[/] {escape('; '.join(said)) or 'not measured yet'}"


def _total(title: str, count: int, standard: int, has_blocks: bool) -> str:
    text = f"[bold]{title:14}[/] {millions(count)}"
    if not has_blocks:
        return text
    return f"{text}; with standard convolutions {millions(standard)}: {ratio(count, standard)}"


def _tensor(tensor: TensorFigures) -> str:
    text = f"{tensor.name}: {tensor.dtype} {by(tensor.shape)}"
    if tensor.quantization is None:
        return f"{text}, not quantized"
    if tensor.scale is None:
        return f"{text}, quantized {tensor.quantization}"
    return f"{text}, quantized {tensor.quantization}: {tensor.scale:.6g} x (value - {tensor.zero_point or 0})"


def _embedding(figures: Inspection) -> str:
    return f"none: {figures.no_embedding}" if figures.embedding is None else _tensor(figures.embedding)


def _multiply_adds(layer: LayerFigures) -> str:
    if layer.multiply_adds is None:
        return "not counted"
    return f"{layer.multiply_adds:,}" if layer.multiply_adds else ""


def _kernel(layer: LayerFigures) -> str:
    if layer.kernel is None:
        return ""
    down, across = layer.stride or (1, 1)
    return by(layer.kernel) if (down, across) == (1, 1) else f"{by(layer.kernel)} /{down}"


def _table() -> Table:
    return Table(box=None, pad_edge=False, header_style="bold")


def by(sizes: Iterable[int]) -> str:
    """Sizes as 3x3 or 1x224x224x3; a size that is free (-1) as ?."""
    return "x".join("?" if size < 0 else str(size) for size in sizes)


def millions(count: int) -> str:
    """A count in millions, in full below one."""
    return f"{count / 1e6:,.2f} M" if count >= 1_000_000 else f"{count:,}"


def ratio(count: int, standard: int) -> str:
    """How many times fewer."""
    return f"{standard / count:.1f} times fewer" if count else ""
