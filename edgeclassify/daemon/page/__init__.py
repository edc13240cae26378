"""The page as a part of the daemon: what it hears of, what it may ask and change, and when it is there."""
