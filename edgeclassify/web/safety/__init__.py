"""Who may look and change: hosts, passwords, sessions, origins, headers, rates and sizes."""
