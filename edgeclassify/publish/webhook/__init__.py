"""The webhook: events as HTTP POST to one URL, at least once, in order, numbered."""
