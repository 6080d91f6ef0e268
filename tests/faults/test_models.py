"""Faults in models, rows 46 to 51: what is loaded is data, whole, and the right model for its labels."""

import ast
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from fault_runs import TEXT, model, rows, run, write_table

import policycls

PACKAGE = Path(policycls.__file__).parent


class Planted:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def _refused(folder, given, *said):
    """Tagging with the model ends before any output, and the old output is kept."""
    (folder / "a.txt").write_text(TEXT, "utf-8")
    old = folder / "out.jsonl"
    old.write_text("old\n", "utf-8")
    result = run("tag", folder / "a.txt", "--model", given, "-o", old)
    assert result.status == 4, result.stderr
    assert "Traceback" not in result.stderr
    for part in said:
        assert part in result.stderr
    assert old.read_text("utf-8") == "old\n"


@pytest.mark.parametrize("name", ["model.joblib", "model.pkl", "model"])
def test_row_46_a_pickle_is_never_loaded_whatever_its_name(tmp_path, name):
    joblib.dump(Planted(tmp_path / "ran"), tmp_path / name)
    _refused(tmp_path, tmp_path / name, str(tmp_path / name), "pickle files are never loaded")
    assert not (tmp_path / "ran").exists()


def test_row_46_a_pickle_in_a_models_folder_is_not_run_either(tmp_path):
    given = model(tmp_path)
    (given / "weights.npz").write_bytes(pickle.dumps(Planted(tmp_path / "ran")))
    _refused(tmp_path, given, "weights.npz")
    manifest = json.loads((given / "manifest.json").read_text("utf-8"))
    with (given / "weights.npz").open("wb") as file:
        np.savez(file, idf=np.array([Planted(tmp_path / "ran")], dtype=object))
    packed = (given / "weights.npz").read_bytes()
    import hashlib

    manifest["files"]["weights.npz"] = {"bytes": len(packed), "sha256": hashlib.sha256(packed).hexdigest()}
    (given / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    _refused(tmp_path, given, str(given))
    assert not (tmp_path / "ran").exists()


def test_row_47_no_other_loader_is_there():
    """Neither skops nor pickle nor joblib's loader is used anywhere in the package."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [x.name for x in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            assert not {x.partition(".")[0] for x in names} & {"skops", "pickle", "dill", "marshal", "shelve"}
            if isinstance(node, ast.Attribute):
                assert ast.unparse(node) != "joblib.load", path


@pytest.mark.parametrize(
    "hostile",
    [
        {"token_pattern": "(a+)+$"},
        {"input": "filename"},
        {"neighbours": ["__import__('os')"]},
        {"heading": 1e308},
    ],
)
def test_row_48_settings_that_are_none_are_refused(tmp_path, hostile):
    given = model(tmp_path)
    path = given / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["settings"] |= hostile
    path.write_text(json.dumps(manifest), "utf-8")
    _refused(tmp_path, given, "settings")


def _flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_row_49_what_is_not_what_was_saved_is_named(tmp_path):
    given = model(tmp_path)
    _flip(given / "weights.npz", 1000)
    _refused(tmp_path, given, "weights.npz: SHA-256 differs")
    _flip(given / "weights.npz", 1000)
    packed = (given / "weights.npz").read_bytes()
    (given / "weights.npz").write_bytes(packed[:-10])
    _refused(tmp_path, given, f"weights.npz: {len(packed) - 10} bytes, the manifest says {len(packed)}")
    (given / "weights.npz").unlink()
    _refused(tmp_path, given, "weights.npz")


def test_row_50_no_scikit_learn_is_asked_for_while_tagging(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    code = (
        "import sys\n"
        "for name in ('sklearn', 'scipy', 'joblib', 'pandas'): sys.modules[name] = None\n"
        "from policycls.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "tag", tmp_path / "a.txt", "-o", tmp_path / "out.jsonl"],
        capture_output=True, text=True, env={**os.environ, "POLICYCLS_DEBUG": "1"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    labels = [json.loads(x)["label"] for x in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert labels[:2] == ["approval_streamlining"] * 2


def test_row_51_labels_that_are_not_the_models_are_told_with_both(tmp_path):
    given = model(tmp_path)
    data = write_table(tmp_path / "a.csv", [[*row[:3], "financing"] for row in rows(2)])
    result = run("evaluate", "--on", data, "--model", given)
    assert result.status == 4, result.stderr
    assert "permit" in result.stderr
    assert "financing" in result.stderr
