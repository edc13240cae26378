"""How well decisions are made: score streams whose truth is known, deciders compared on them, what they cost."""
