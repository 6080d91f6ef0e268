"""What the tests share."""

import sys
from pathlib import Path

from hypothesis import settings

# Helpers are imported by name: here, in processes of a pool, and by the command line under test.
sys.path[:0] = [str(Path(__file__).parent / name) for name in (".", "documents", "output", "learning")]

# Collecting doctests imports every module: these replace the model, take POSIX away, are for type checkers.
collect_ignore = ["fake_cli.py", "posixless", "usage.py"]

# No test is against the clock; what was found once is found again.
settings.register_profile("policycls", deadline=None, derandomize=True)
settings.load_profile("policycls")
