"""The governor in the daemon: what is read of the machine, and who follows its verdict."""
