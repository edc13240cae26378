"""Faults, at random and from a fixed seed, against the real daemon, a real mosquitto and a real subscriber.

    python -m tests.faults --faults 200 --seed 1 --persistence on

Four processes and the harness between them:

* `node.py` runs the daemon as `edgeclassify run` does, and notes each event that the state machine made in a
  journal, before and after it is handed to the sink. Its state folder lies on a small tmpfs of its own.
* mosquitto, with a persistence file or without, is killed and started again on its port.
* `proxy.py` lies between both, knows MQTT's packets, and breaks connections at a chosen byte of a chosen packet.
* `subscriber.py` has a persistent session straight at the broker and keeps every event that arrives.
* `receiver.py` is who the webhook posts to, in a process of its own: it answers 500 and 429, late or not at all,
  is killed, and keeps every event that it takes.

`verdict.py` compares the journal with what arrived over MQTT, `ways.py` with what the webhook has
posted, and with what is in the node's history.

What is left out on purpose: while the disk is full, events wait in memory, so the node is not ended then. Both
faults at once lose what is in memory; no software can help that. It may be ended again as soon as its health says
that every event is on disk. A kill is a process kill, not a power cut: what the kernel holds survives it.
"""
