"""The labels that views list, against those that their model has."""

from collections.abc import Sequence

from edgeclassify.config.faults import ConfigFault, did_you_mean


def label_faults(view: int, listed: Sequence[str], known: Sequence[str], model: str) -> list[ConfigFault]:
    """A fault for each listed label that the model does not have: a typing error would be silent for ever.

    `view`: the view's place in the file, from 0. `known`: the model's labels. `model`: its name, for the message.
    """
    expected = f"labels of the model {model}"
    return [
        ConfigFault(f"view[{view}].labels", expected, repr(label), did_you_mean(label, known))
        for label in listed
        if label not in known
    ]
