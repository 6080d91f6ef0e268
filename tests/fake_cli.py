"""The command line with the model of ``fake_model``, for tests that need a process of their own.

``FAKE_SIGNAL=NUMBER:N`` sends this process a signal while it tags its N-th document;
``NUMBER:parent`` sends it from a process of the pool.
"""

import os

from fake_model import FakeModel

import policycls.model
from policycls.cli import main

NUMBER, _, WHEN = os.environ.get("FAKE_SIGNAL", "").partition(":")


class SignallingModel(FakeModel):
    """Sends a signal in the middle of the work."""

    tagged = 0

    def tag(self, document, units=None, *, keep_noise=False):
        self.tagged += 1
        if str(self.tagged) == WHEN:
            os.kill(os.getpid(), int(NUMBER))
        if WHEN == "parent":
            os.kill(os.getppid(), int(NUMBER))
        return super().tag(document, units, keep_noise=keep_noise)


policycls.model.load_model = lambda path=None: SignallingModel()
if __name__ == "__main__":
    main()
