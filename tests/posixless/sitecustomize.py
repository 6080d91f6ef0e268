"""Takes away what only POSIX has, in every process whose PYTHONPATH begins with this folder."""

import os
import sys

for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty"):
    sys.modules[name] = None
del os.fork, os.forkpty
