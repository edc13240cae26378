"""Watching a broker from outside: its nodes as a table, their events as lines, its traffic against the contract.

`subscriber` brings messages, `board` makes nodes, views and gaps of them, `drawing` draws the board, `report`
writes lines, `conformity` judges, `forget` clears up behind a node that is gone.
"""
