"""Updates of a daemon that runs: `looking` (a thread) fetches and checks, `taking` (the daemon's thread) takes
over, watches and undoes, `starting` counts starts that fail. Imported only where the config asks for updates.
"""
