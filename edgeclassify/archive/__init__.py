"""An archive of images, of a folder or of millions: what is on each, in Parquet, once, however often it is begun.

listing (which images there are, streamed) → reading (bytes, EXIF, size, hash, pixels) → stillness (has anything
moved since the image before) → classifying (one batch, the same wherever it runs) → running (processes of this
machine, or a Dask cluster) → journal (what is done) → output (parts) → summary (visits, page, contact sheets).
"""
