"""Fit the first stage on recombined units of the corpus: ``speed_training.py NUMBER``."""

from __future__ import annotations

import sys

import numpy as np
from speed_units import TOGETHER, recombined_with_labels

from policycls.learning.fit import Recipe, Units, fit_weights
from policycls.learning.knowledge import shipped_knowledge
from policycls.schema import load_label_set
from policycls.types import NONE


def main() -> None:
    n = int(sys.argv[1])
    classes = [*load_label_set().ids, NONE]
    texts, labels = zip(*recombined_with_labels(n), strict=True)
    numbers = np.array([classes.index(label) for label in labels])
    units = Units(list(texts), numbers, [at // TOGETHER for at in range(n)])
    fit_weights(units, classes, Recipe(), shipped_knowledge())


if __name__ == "__main__":
    main()
