"""The questions, a module each: they are asked, or answered on the command line, and the answer is tried."""
