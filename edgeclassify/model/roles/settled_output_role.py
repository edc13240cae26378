"""The role of an output, settled: by the sidecar, else by the graph, else by the outputs for sample images."""

from dataclasses import replace
from typing import Literal

from edgeclassify.model.roles.output_role import Activation, OutputRole
from edgeclassify.model.roles.sample_outputs import SampleOutputs

OutputWord = Literal["probabilities", "logits", "sigmoid"]
"""What a sidecar may say of the output."""

OUTPUT_WORDS: tuple[OutputWord, ...] = ("probabilities", "logits", "sigmoid")


def settled_role(
    role: OutputRole, said: OutputWord | None, samples: SampleOutputs, classes: int
) -> tuple[OutputRole, str | None]:
    """The role to use, and what the user is to be told of it. `role`: what the graph tells; `said`: the sidecar's
    `output`; `classes`: how many values there are."""
    raw = Activation.LOGITS if classes > 1 else Activation.SEPARATE_LOGITS
    is_known = role.activation is Activation.PROBABILITIES
    if said is None:
        return _by_itself(role, samples, raw)
    if said == "probabilities" and is_known and role.is_sure:
        return _by_itself(role, samples, raw)
    if said == "probabilities":
        has_several = classes > 1 and not samples.is_exclusive
        note = (
            None if samples.is_unit else f"its values went from {samples.low:.3g} to {samples.high:.3g} in a trial"
        )
        return OutputRole(Activation.PROBABILITIES, has_several=has_several), _against(said, note)
    note = "its graph ends in probabilities already" if is_known and said == "logits" else None
    if said == "logits":
        return OutputRole(raw), _against(said, note)
    is_done = is_known or (not role.is_sure and samples.is_unit)
    activation = Activation.PROBABILITIES if is_done else Activation.SEPARATE_LOGITS
    return OutputRole(activation, has_several=classes > 1, largest=role.largest), None


def _by_itself(role: OutputRole, samples: SampleOutputs, raw: Activation) -> tuple[OutputRole, str | None]:
    if role.is_sure:
        return replace(role, has_several=role.has_several and not samples.adds_up), None
    if samples.adds_up:
        found, taken = "in 0-1 and added up to one", OutputRole(Activation.PROBABILITIES)
    elif samples.is_unit:
        found = "in 0-1 and did not add up to one"
        taken = OutputRole(Activation.PROBABILITIES, has_several=not samples.is_exclusive)
    else:
        found, taken = f"between {samples.low:.3g} and {samples.high:.3g}", OutputRole(raw)
    return taken, (
        f"its graph does not tell what its output is; in a trial the values were {found}, so they are taken for "
        f"{taken.activation}. If they are something else, say so in the sidecar: output = "
        '"probabilities", "logits" or "sigmoid"'
    )


def _against(said: str, note: str | None) -> str | None:
    return None if note is None else f'the sidecar says output = "{said}", but {note}; the sidecar is followed'
