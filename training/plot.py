"""The accuracy plot of a run, from its log."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

BLUE, ORANGE, GREY = "#1f5f99", "#c25e00", "#666666"


def plot(log: Path, out: Path) -> None:
    """Held-out top-1 by epoch of teacher and student, and the quantized result as a point."""
    records = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]

    def curve(phase: str, what: str) -> tuple[list[int], list[float]]:
        chosen = [r for r in records if r["phase"] == phase and what in r and r["epoch"] > 0]
        return [r["epoch"] for r in chosen], [r[what] for r in chosen]

    figure, (accuracy, loss) = plt.subplots(1, 2, figsize=(9.6, 3.6), width_ratios=(3, 2), layout="constrained")
    epochs, top5 = curve("student", "held_top5")
    accuracy.plot(epochs, top5, color=BLUE, linestyle=":", label=f"student, top-5 ({top5[-1]:.1f} %)")
    epochs, top1 = curve("student", "held_top1")
    accuracy.plot(epochs, top1, color=BLUE, label=f"student, top-1 ({top1[-1]:.1f} %)")
    last = epochs[-1]
    taught = curve("teacher", "held_top1")[1]
    if taught:
        label = f"teacher ({taught[-1]:.1f} %)"
        accuracy.axhline(taught[-1], color=GREY, linewidth=1, linestyle="--", label=label)
    tuned = curve("quantized", "held_top1")[1]
    if tuned:
        label = f"int8, top-1 ({tuned[-1]:.1f} %)"
        accuracy.plot([last], tuned[-1:], color=ORANGE, marker="o", linestyle="", label=label, zorder=3)
    accuracy.set(xlabel="epoch", ylabel="held-out pictures, %", ylim=(0, 100), xlim=(0, last + 2))
    accuracy.legend(loc="lower right", fontsize=9)
    epochs, values = curve("student", "loss")
    loss.plot(epochs, values, color=BLUE)
    loss.set(xlabel="epoch", ylabel="student's loss (distillation)", xlim=(0, last + 2), ylim=(0, None))
    for axes in (accuracy, loss):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=120)
    plt.close(figure)
