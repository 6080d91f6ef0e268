"""The command line with the model of ``fake_model``, for tests that need a process of their own."""

import policycls.model
from fake_model import FakeModel
from policycls.cli import main

policycls.model.load_model = lambda path=None: FakeModel()
main()
