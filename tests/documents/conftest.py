import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Parsers run here, where a test can look at them; tests of their own process set a limit."""
    monkeypatch.setenv("POLICYCLS_READ_SECONDS", "0")
