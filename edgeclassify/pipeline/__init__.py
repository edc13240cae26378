"""From frame to event: the views, and the thread that shows them frames."""
