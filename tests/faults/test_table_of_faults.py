"""The table of faults names each row and tests that are there."""

import re
from pathlib import Path

FAULTS = Path(__file__).parent
TABLE = (FAULTS.parent / "README.md").read_text("utf-8")
ROWS = [
    [x.strip() for x in line.strip("|").split(" | ")]
    for line in TABLE.splitlines()
    if re.match(r"\| \d", line)
]


def test_each_row_is_there_once_with_a_guard():
    assert [int(row[0]) for row in ROWS] == list(range(1, 67))
    assert all(len(row) == 5 and all(row) for row in ROWS)


def test_the_tests_that_it_names_are_those_that_there_are():
    named = {tuple(x) for row in ROWS for x in re.findall(r"`(test_\w+\.py)::(test_\w+)`", row[3])}
    found = {
        (path.name, name)
        for path in FAULTS.glob("test_*.py")
        for name in re.findall(r"^def (test_row_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert named == found
    for row in ROWS:
        assert f"{int(row[0]):02}" in "".join(re.findall(r"test_row_([\d_]+)", row[3]))
