"""Training from files to a model folder, for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policycls.output import check_folder
from policycls.schema import LabelSet, load_label_set

#: The label set that the data itself has.
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class TrainedReport:
    """What a training came to.

    Attributes
    ----------
    folder : Path
    documents, units : int
    labels : dict of str to int
        Units by primary label.
    """

    folder: Path
    documents: int
    units: int
    labels: dict[str, int]

    def summary(self) -> str:
        """Return it in one line."""
        counts = ", ".join(f"{label} {count}" for label, count in self.labels.items())
        size = f"{self.units:,} units of {self.documents:,} documents"
        return f"trained on {size}: {counts}; model in {self.folder}"


def train_job(
    data: Sequence[str], output: str, *, labels: str | None = None, allow_small: bool = False
) -> TrainedReport:
    """Train a model on labelled files.

    Parameters
    ----------
    data : sequence of str
        Tables, JSONL files, or corpus folders. Test documents of a corpus that has a ``splits.json`` are left
        out.
    output : str
        The model's folder; a new one, or one that holds a model.
    labels : str, optional
        A schema file, or "auto": the labels that the data has. By default the schema that ships.
    allow_small : bool
        Accept labels with fewer than three units.

    Raises
    ------
    OutputError
        If the folder cannot be written; nothing is read then.
    CorpusError
        If the data holds labels that the schema does not have, or too little to learn from.
    """
    from policycls.learning.corpus import load_labelled
    from policycls.learning.knowledge import shipped_knowledge
    from policycls.learning.splits import SPLITS, split
    from policycls.learning.train import train

    check_folder(output, "manifest.json")
    schema = None if labels == AUTO else load_label_set(labels)
    documents = load_labelled(data, schema)
    for folder in data:
        if (Path(folder) / SPLITS).is_file():
            # What such a corpus keeps for testing stays unseen.
            test = {x.doc for x in split(load_labelled([folder], schema), folder)[1]}
            documents = [x for x in documents if x.doc not in test]
    if schema is None:
        schema = LabelSet.of(sorted({label for x in documents for unit in x.units for label in unit.labels}))
    trained = train(documents, schema, knowledge=shipped_knowledge(), allow_small=allow_small)
    corpus = trained.about["corpus"]
    return TrainedReport(trained.save(output), corpus["documents"], corpus["units"], corpus["by_label"])
