import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycls.model import lookup

KEYS = st.integers(0, 2**64 - 1) | st.integers(0, 40)


@given(keys=st.lists(KEYS, unique=True, max_size=60), asked=st.lists(KEYS, max_size=60), much=st.booleans())
def test_every_key_has_its_row_and_no_other_has_one(keys, asked, much):
    """Sorted or not, few or many asked for; also next to a place that another key holds."""
    rows = {key: 3 * n for n, key in enumerate(keys)}
    table = lookup.Lookup(np.array(keys, dtype=np.uint64), np.arange(0, 3 * len(keys), 3, dtype=np.int32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "_WORTH", -1 if much else 1 << 60)
        found = table(np.array(keys + asked, dtype=np.uint64))
    assert found.tolist() == [rows.get(key, -1) for key in keys + asked]
    assert found.dtype == np.int32


def test_keys_that_share_a_place_are_told_apart():
    """Multiples of 2^63 hash to two places alone."""
    few = np.arange(200, dtype=np.uint64) << np.uint64(48)
    table = lookup._HashTable(few, np.arange(200, dtype=np.int32))
    assert table(few).tolist() == list(range(200))
    assert (table(few + np.uint64(1)) == -1).all()


@pytest.mark.parametrize("worth", [-1, 1 << 60])
def test_of_equal_keys_the_first_counts(monkeypatch, worth):
    monkeypatch.setattr(lookup, "_WORTH", worth)
    table = lookup.Lookup(np.array([7, 5, 7, 5], dtype=np.uint64), np.arange(4, dtype=np.int32))
    assert table(np.array([5, 7], dtype=np.uint64)).tolist() == [1, 0]


def test_the_table_is_made_once_it_is_worth_it(monkeypatch):
    monkeypatch.setattr(lookup, "_WORTH", 3)
    table = lookup.Lookup(np.array([1, 2], dtype=np.uint64), np.array([0, 1], dtype=np.int32))
    asked = np.array([2, 9], dtype=np.uint64)
    assert table(asked).tolist() == [1, -1]
    assert table._table is None
    assert table(asked).tolist() == [1, -1]
    assert table._table is not None
