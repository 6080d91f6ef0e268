"""The shipped model, but its process is killed when it first meets a certain text; for tests of a cluster."""

import os
import signal
from pathlib import Path

from policycls.model import Model, load_model

FATAL = "此句令进程终止。"


class KillingModel(Model):
    """Kills its process once: a file tells that it has been done."""

    def __init__(self, folder):
        shipped = load_model()
        super().__init__(
            shipped.weights,
            shipped.classes_.tolist(),
            shipped.settings,
            model_id=shipped.id,
            path=shipped.path,
        )
        self.done, self.home = Path(folder) / "killed", os.getpid()

    def tag_many(self, documents, *, keep_noise=False):
        met = any(FATAL in document.text for document in documents)
        if met and os.getpid() != self.home and not self.done.exists():
            self.done.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return super().tag_many(documents, keep_noise=keep_noise)
