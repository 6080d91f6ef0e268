import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def shipped():
    """The model in this checkout, whatever workspace the tests are run from."""
    from policycls.model import load_model
    from policycls.resources import data_path

    return load_model(data_path("models", "default"))


@pytest.fixture(scope="session")
def corpus_texts():
    from policycls.learning.corpus import load_labelled
    from policycls.resources import data_path

    return [unit.text for x in load_labelled([data_path("corpus")]) for unit in x.units]
