"""Who classifies batches: processes of this machine, or those of a Dask cluster."""
