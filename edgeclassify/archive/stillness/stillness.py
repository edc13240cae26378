"""Whether an image shows what the ones before it showed."""

from edgeclassify.archive.reading.read_image import ReadImage


class Stillness:
    """Of one batch: begin each with a new one, so that what it says does not depend on how batches are spread."""

    def is_still(self, image: ReadImage) -> bool:
        """True where nothing has moved since images before that were not still; of a batch's first never.

        Ask of each image of the batch once, in its order.
        """
        return False
