"""Orders to many nodes at once, over their broker: who is meant, who did it, and who did not.

`where` reads what somebody writes of the nodes that he means, `known` is what nodes say of themselves, `selection`
puts both together; an `order` goes to them in a `round`, which `carrying_out` drives over a connection.
"""
