"""How fast a model runs here, and what that makes of "auto": which runtime, in how many threads."""
