"""Frame → input tensor: region of interest, crop, size, colour, quantization, straight into its memory."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.preprocess.geometry import fit_rects, wanted_side
from edgeclassify.model.preprocess.normalization import InputTable
from edgeclassify.model.preprocess.sampling import Sampler, make_sampler
from edgeclassify.model.tensors import InputTensor
from edgeclassify.pixels import check_frame, roi_rect
from edgeclassify.types import FULL_FRAME, Frame, PixelFormat, Roi
from edgeclassify.types.model_choice import Fit

DEFAULT_CROP = 0.875
"""Share of the shorter side that the centre crop keeps: what MobileNets are evaluated with (256 → 224)."""

_MAX_SAMPLERS = 8

_Geometry = tuple[PixelFormat, int, int, tuple[int, ...], Roi]


class Preprocessor:
    """Fills one model's input tensor from frames of any size and format. Not thread-safe: it has buffers."""

    def __init__(
        self,
        input_tensor: InputTensor,
        table: InputTable,
        fit: Fit = "crop",
        crop: float = DEFAULT_CROP,
        colour: PixelFormat = PixelFormat.RGB,
    ) -> None:
        """`colour`: RGB or BGR, the order that the model wants; of no effect on a model of one channel."""
        self._colour = colour
        self._input, self._table, self._fit, self._crop = input_tensor, table, fit, crop
        shape = (input_tensor.height, input_tensor.width)
        self._image_shape = shape if input_tensor.channels == 1 else (*shape, input_tensor.channels)
        # Pixels in the tensor's own order and width can be sampled right into it.
        self._is_direct = not input_tensor.is_nchw and table.values is None
        self._image = np.empty((0,) if self._is_direct else self._image_shape, np.uint8)
        # What the table makes of them, before it is turned into planes. Made anew with each frame it would be
        # memory that comes from the system and goes back to it: 602 KB at 224x224 in float32.
        self._values: NDArray[Any] | None = None
        if input_tensor.is_nchw and table.values is not None:
            self._values = np.empty(self._image_shape, table.values.dtype)
        self._samplers: dict[_Geometry, Sampler] = {}

    def fill(self, frame: Frame, tensor: NDArray[Any], roi: Roi = FULL_FRAME) -> None:
        """Write the frame's region of interest into `tensor`, the model's input (shape and dtype as in the file).

        Raises ImageError where the frame's pixels do not have the shape that its format and size ask for.
        """
        geometry = (frame.pixel_format, frame.width, frame.height, frame.pixels.shape, roi)
        sampler = self._samplers.get(geometry) or self._add_sampler(frame, geometry, roi)
        if self._is_direct:
            sampler.sample(frame.pixels, tensor.view(np.uint8).reshape(self._image_shape))
            return
        sampler.sample(frame.pixels, self._image)
        self._write(tensor)

    def wanted_side(self, roi: Roi) -> int:
        """Pixels that the frame's shorter side needs so that nothing is scaled up."""
        return wanted_side(self._input.width, self._input.height, self._fit, self._crop, roi)

    def _write(self, tensor: NDArray[Any]) -> None:
        """The image, by the table, in the tensor's layout."""
        values: NDArray[Any] = self._image
        target = tensor.reshape(tensor.shape[1:]) if self._input.is_nchw else tensor.reshape(self._image_shape)
        if self._table.values is not None:
            if not self._input.is_nchw:
                cv2.LUT(self._image, self._table.values, dst=target)
                return
            values = cv2.LUT(self._image, self._table.values, dst=self._values)
        elif self._table.shift:
            values = self._image.view(np.int8)
        np.copyto(target, values[np.newaxis] if values.ndim == 2 else values.transpose(2, 0, 1))

    def _add_sampler(self, frame: Frame, geometry: _Geometry, roi: Roi) -> Sampler:
        check_frame(frame)
        region = roi_rect(frame.width, frame.height, roi)
        fitting = fit_rects(region, self._input.width, self._input.height, self._fit, self._crop)
        sampler = make_sampler(
            frame.pixel_format,
            frame.width,
            frame.height,
            fitting,
            self._image_shape,
            self._colour,
            signed=self._table.shift,
        )
        if len(self._samplers) >= _MAX_SAMPLERS:
            # A folder of photos of many sizes; cameras and views come to a handful.
            del self._samplers[next(iter(self._samplers))]
        self._samplers[geometry] = sampler
        return sampler
