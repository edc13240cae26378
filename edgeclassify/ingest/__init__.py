"""Events of many nodes into a database that one can query: each once, by node and number.

`receiving` takes messages from the broker into the `buffer`, a file, and acknowledges them then; `writing`, a
thread, makes rows of them by `reading` and hands them to a store (`interface`), batch by batch, until it has them.
`postgres/` is that store. Nobody waits for anybody but the buffer, and whatever is done twice is folded.
"""
