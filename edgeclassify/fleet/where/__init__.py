"""Which nodes are meant: an expression over what nodes say of themselves.

`words` cuts a text, `parsing` makes `terms` of it, which are held against the `facts` of a node, by its `fields`
and by how values are `compared`.
"""
