"""A runtime's complaints about a model, in words for the user."""

import re
from pathlib import Path


def refusal(path: Path, runtime: str, complaint: str) -> str:
    """One line for the user out of a runtime's complaint about a model."""
    return f"{path}: {runtime} refuses this model: {_summary(complaint)}"


def _summary(complaint: str) -> str:
    """What is wrong and what to do, in the words of the complaint where it is of no known kind."""
    if found := re.search(r"builtin opcode '(\w+)' version '(\d+)'", complaint):
        return (
            f"it has no version {found[2]} of the operator {found[1]}. "
            "Use the other runtime or a newer one, or convert the model for an older one."
        )
    if found := re.search(r"builtin_code out of range: (\d+)", complaint):
        return f"it does not know operator number {found[1]}. Use the other runtime or a newer one."
    if found := re.search(r"Select TensorFlow op.*?\(([\w.-]+)\) failed to prepare", complaint, re.DOTALL):
        return f"the operator {found[1]} is one of TensorFlow's own. Convert the model with TFLite operators only."
    if found := re.search(r"unresolved custom op: ([\w.:-]+)", complaint, re.IGNORECASE):
        return (
            f"the custom operator {found[1].rstrip('.:')} is not available. A model compiled for an accelerator "
            "has one: name that one's delegate (model.delegate), or use the model's CPU variant."
        )
    if found := re.search(r"Node number \d+ \((\w+)\) failed(?: to (\w+))?", complaint):
        reason = complaint[: found.start()].strip().splitlines()[-1:] or [""]
        done = "run" if found[2] == "invoke" else "prepared"
        return f"its operator {found[1]} can't be {done} ({shortened(_without_source_place(reason[0]))})."
    return shortened(_without_source_place(" ".join(complaint.split())))


def _without_source_place(text: str) -> str:
    return re.sub(r"^\S*\.(?:cc|h):\d+ ", "", text)


def shortened(text: str, limit: int = 160) -> str:
    """At most so many characters of it."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
