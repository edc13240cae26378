"""A batch again whose process ended: image by image, and the one that ends it once more is a fault."""

from collections.abc import Callable

from edgeclassify.archive.interface import Batch
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.running.classifying_process import ClassifyingProcess, DiedError


def rows_carefully(
    number: int, batch: Batch, start: Callable[[], ClassifyingProcess]
) -> tuple[BatchResult, ClassifyingProcess]:
    """The rows of the batch, and the process that is left. `start`: makes one.

    Each image that ends its process costs the ones before it in the batch once more: what is still is seen in
    their order. Raises DiedError where the process ends without having begun an image.
    """
    deadly: dict[int, str] = {}
    while True:
        process, at = start(), -1

        def begins(place: int) -> None:
            nonlocal at
            at = place

        try:
            return process.rows_one_by_one(number, batch, deadly, begins), process
        except DiedError as error:
            process.close()
            if at < 0:
                raise
            from edgeclassify.archive.reading.images import path_of  # with OpenCV, which is needed here alone

            deadly[at] = f"{path_of(batch.items[at])}: can't be classified: {error}"
        except BaseException:
            process.close()
            raise
