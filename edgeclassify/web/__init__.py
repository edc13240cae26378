"""The page: a live view, events, aiming, tuning and teaching for browsers, and the HTTP API below it.

Loaded only where [web] asks for it. It knows the node by `interface`; `page` is the whole of it.
"""
