"""The service on this machine: where its parts lie, what its sandbox lets it see, how it comes and goes."""
