"""Watches a process that parses documents: Python imports this at its start where it is on the path."""

import fuzz_watch

fuzz_watch.watch_from_the_start()
