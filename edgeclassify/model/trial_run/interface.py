"""By what a model is run in a trial."""

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.runtime.delegates import DelegateChoice
from edgeclassify.types.model_choice import RuntimeName


@dataclass(frozen=True, slots=True)
class RunBy:
    """What runs a model: a runtime, in so many threads, and a delegate where there is one."""

    runtime: RuntimeName = "auto"
    threads: int = 1
    delegate: DelegateChoice | None = None
