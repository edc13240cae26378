"""Which settings a recording speaks for: found by replaying it by many, and judging each."""
