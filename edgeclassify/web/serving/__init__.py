"""The server: a socket, its connections and how many, in a thread of its own."""
