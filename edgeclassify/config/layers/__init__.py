"""One config of several files: those that it includes, an update below them, and what the environment says.

`layered` reads them, `merging` lays them over each other, `environment` fills in variables, `shown` prints the
whole with where each value comes from.
"""
