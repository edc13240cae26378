"""An item → its pixels, its hash, its size and its time: its bytes are read once for all of them."""
