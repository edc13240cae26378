"""Frame → input tensor: region of interest, crop, resize, colour conversion, normalization."""
