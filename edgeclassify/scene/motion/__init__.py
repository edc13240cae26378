"""Where something moves in a camera's picture, and whether its light changes.

What moves brings edges with it or takes some away; light makes edges that are there stronger or weaker. So luma is
freed of all that is smooth, and each window of it compared with the same window a moment ago: what no factor
explains is new. How much of that noise and weather bring by themselves is learned window by window.
"""
