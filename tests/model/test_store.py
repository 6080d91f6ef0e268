"""The model's folder: what was written is read again, and nothing else is taken for a model."""

import hashlib
import io
import json
import pickle
import zipfile

import numpy as np
import pytest
from small_model import CLASSES, small_weights

from policycls.errors import ModelDamagedError, ModelError, ModelNotFoundError, ModelVersionError, OutputError
from policycls.model import load_model, save_model, store
from policycls.model.weights import Settings
from policycls.resources import data_path


@pytest.fixture
def folder(tmp_path):
    about = {"corpus": {"fingerprint": "f"}}
    return save_model(tmp_path / "m", small_weights(), CLASSES, Settings(neighbours=(0.5,)), about=about)


def _arrays(folder):
    with np.load(folder / "weights.npz") as arrays:
        return dict(arrays)


def _pack(folder, data):
    """Put other bytes in the place of the weights, with a manifest that agrees."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["weights.npz"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "weights.npz").write_bytes(data)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _replace(folder, **arrays):
    buffer = io.BytesIO()
    found = {**_arrays(folder), **arrays}
    np.savez(buffer, allow_pickle=True, **{k: v for k, v in found.items() if v is not None})
    _pack(folder, buffer.getvalue())


def _state(folder, **values):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest = {k: v for k, v in {**manifest, **values}.items() if v is not None}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _refused(folder, kind=ModelDamagedError, match="."):
    with pytest.raises(kind, match=match) as caught:
        load_model(folder)
    assert isinstance(caught.value, ModelError)
    assert caught.value.exit_code == 4
    assert "\n" not in str(caught.value)


def test_a_model_is_read_as_it_was_written(folder, tmp_path):
    model = load_model(folder)
    weights = small_weights()
    assert model.classes_.tolist() == CLASSES
    assert model.settings == Settings(neighbours=(0.5,))
    assert model.weights.vocabulary.words == weights.vocabulary.words
    assert model.weights.taught == weights.taught
    again = save_model(
        tmp_path / "again", model.weights, CLASSES, model.settings, about={"corpus": {"fingerprint": "f"}}
    )
    for name in ("manifest.json", "weights.npz"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    assert json.loads((folder / "manifest.json").read_text())["corpus"] == {"fingerprint": "f"}
    assert sorted(x.name for x in folder.iterdir()) == ["manifest.json", "weights.npz"]


def test_the_shipped_model_is_written_again_array_by_array(shipped, tmp_path):
    folder = save_model(tmp_path, shipped.weights, shipped.classes_.tolist(), shipped.settings)
    old = _arrays(data_path("models", "default"))
    new = _arrays(folder)
    assert {k: v.tobytes() for k, v in new.items()} == {k: v.tobytes() for k, v in old.items()}
    assert load_model(folder).id == shipped.id


def test_the_shipped_model_is_small():
    size = sum(x.stat().st_size for x in data_path("models", "default").iterdir())
    assert size <= 15_000_000


def test_the_id_tells_models_apart(folder, tmp_path):
    other = save_model(tmp_path / "o", small_weights(), CLASSES, Settings(neighbours=(0.4,)))
    assert len(load_model(folder).id) == 8
    assert load_model(other).id != load_model(folder).id


def test_every_flipped_byte_is_noticed(folder):
    good = (folder / "weights.npz").read_bytes()
    for at in range(0, len(good), max(1, len(good) // 50)):
        bad = bytearray(good)
        bad[at] ^= 1
        (folder / "weights.npz").write_bytes(bad)
        _refused(folder, match="SHA-256")


@pytest.mark.parametrize("keep", [0, 1, 100])
def test_a_truncated_file_is_noticed(folder, keep):
    (folder / "weights.npz").write_bytes((folder / "weights.npz").read_bytes()[:keep])
    _refused(folder, match="bytes, the manifest says")


def test_bytes_that_are_no_archive(folder):
    good = (folder / "weights.npz").read_bytes()
    for data in (b"", b"PK", good[:-30], b"\x00" * 1000, good[50:]):
        _pack(folder, data)
        _refused(folder, match="weights.npz: ")


@pytest.mark.parametrize("name", ["manifest.json", "weights.npz"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    _refused(folder, ModelNotFoundError if name == "manifest.json" else ModelDamagedError)


def test_no_folder_at_all(tmp_path):
    _refused(tmp_path / "no such", ModelNotFoundError)
    _refused(tmp_path, ModelNotFoundError)


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('executed')",))


def test_a_pickle_is_never_loaded(folder, tmp_path):
    data = pickle.dumps(Bomb())
    file = tmp_path / "model.pkl"
    file.write_bytes(data)
    _refused(file, ModelNotFoundError, "a model is a folder")
    _pack(folder, data)
    _refused(folder)
    (folder / "manifest.json").write_bytes(data)
    _refused(folder, match="not valid JSON")


def test_an_array_that_is_a_pickle_is_not_loaded(folder):
    _replace(folder, idf=np.array([Bomb()] * 11, dtype=object))
    _refused(folder)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"format": 2}, ModelVersionError),
        ({"format": 0}, ModelVersionError),
        ({"format": "1"}, ModelDamagedError),
        ({"format": None}, ModelDamagedError),
        ({"classes": None}, ModelDamagedError),
        ({"classes": ["a"]}, ModelDamagedError),
        ({"classes": ["a", "a", "b"]}, ModelDamagedError),
        ({"classes": ["a", 1, "b"]}, ModelDamagedError),
        ({"classes": ["a", ["b"], "c"]}, ModelDamagedError),
        ({"classes": ["a", "b"]}, ModelDamagedError),
        ({"classes": [str(n) for n in range(300)]}, ModelDamagedError),
        ({"files": {}}, ModelDamagedError),
        ({"files": []}, ModelDamagedError),
        ({"files": {"weights.npz": {"bytes": 1}}}, ModelDamagedError),
        ({"files": {"weights.npz": {"bytes": "x", "sha256": ""}}}, ModelDamagedError),
        ({"id": 7}, ModelDamagedError),
        ({"settings": None}, ModelDamagedError),
        ({"settings": {}}, ModelDamagedError),
    ],
)
def test_a_manifest_that_is_none(folder, values, kind):
    _state(folder, **values)
    _refused(folder, kind)


@pytest.mark.parametrize(
    "settings",
    [
        {"neighbours": 3}, {"neighbours": ["x"]}, {"neighbours": [0.1] * 17}, {"neighbours": [2.0]},
        {"heading": -0.1}, {"heading": float("nan")}, {"review_below": "high"}, {"secondary_above": None},
    ],
)  # fmt: skip
def test_settings_out_of_range(folder, settings):
    good = json.loads((folder / "manifest.json").read_text())["settings"]
    _state(folder, settings={**good, **settings})
    _refused(folder, match="settings")


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "[" * 100_000, '{"format": NaN}', "\udcff"])
def test_a_manifest_that_is_no_object(folder, text):
    (folder / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    _refused(folder)


@pytest.mark.parametrize(
    "arrays",
    [
        {"idf": None},
        {"more": np.zeros(3)},
        {"idf": np.zeros(11)},
        {"idf": np.zeros(12, dtype=np.float32)},
        {"idf": np.full(11, np.nan, dtype=np.float32)},
        {"idf": np.full(11, np.inf, dtype=np.float32)},
        {"idf": np.full(11, -1, dtype=np.float32)},
        {"idf": np.full(11, 1e30, dtype=np.float32)},
        {"own": np.zeros((11, 2), dtype=np.int16)},
        {"own": np.zeros((3, 11), dtype=np.int16)},
        {"own": np.zeros((11, 3), dtype=np.int32)},
        {"own": np.zeros((11, 3), dtype=">i2")},
        {"context": np.zeros((10, 3), dtype=np.int16)},
        {"own_step": np.zeros(2)},
        {"own_step": np.full(3, np.nan)},
        {"bias": np.full(3, np.inf)},
        {"slope": np.zeros((3, 1))},
        {"pairs": np.array([4], dtype=np.uint64)},
        {"pairs": np.array([4 << 32], dtype=np.uint64)},
        {"pairs": np.array([2**64 - 1], dtype=np.uint64)},
        {"pairs": np.array([1, 1], dtype=np.uint64)},
        {"chars": np.array([1, 2, 2, 3], dtype=np.uint16)},
        {"chars": np.array([3, 1, 2, 1], dtype=np.uint16)},
        {"bigrams": np.array([5, 5], dtype=np.uint32)},
        {"words": np.frombuffer(b"\xff\xfe\xfd", dtype=np.uint8)},
        {"words": np.zeros((2, 2), dtype=np.uint8)},
        {"taught": np.frombuffer(b"\x80", dtype=np.uint8)},
    ],
    ids="-".join,
)
def test_arrays_that_are_not_those_of_a_model(folder, arrays):
    _replace(folder, **arrays)
    _refused(folder, match="weights.npz: ")


def test_unsorted_keys_are_taken(folder):
    before = load_model(folder).decision_function(["检查贷款，贷"])
    arrays = _arrays(folder)
    order = [3, 1, 2, 0, 5, 4, *range(6, 11)]
    rows = {name: arrays[name][order] for name in ("own", "context", "idf", "origin")}
    _replace(folder, **rows, chars=arrays["chars"][[3, 1, 2, 0]], bigrams=arrays["bigrams"][[1, 0]])
    assert load_model(folder).decision_function(["检查贷款，贷"]) == pytest.approx(before, abs=1e-12)


def test_an_archive_that_expands_without_end(folder, monkeypatch):
    """What it says of its size is checked before anything is expanded."""
    monkeypatch.setattr(store, "_LARGEST_WEIGHTS", 1 << 20)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _arrays(folder):
            archive.writestr(f"{name}.npy", bytes(1 << 18))
    assert len(buffer.getvalue()) < 1 << 20
    _pack(folder, buffer.getvalue())
    _refused(folder, match="expands to more than 1 MiB")


def test_an_array_that_says_it_is_huge(folder):
    """The size in an array's header is no reason to make room for it."""
    header = b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"
    buffer = io.BytesIO()
    with zipfile.ZipFile(folder / "weights.npz") as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, header.ljust(127) + b"\n" if name == "idf.npy" else old.read(name))
    _pack(folder, buffer.getvalue())
    _refused(folder)


def test_a_file_that_is_too_large_is_not_read(folder, monkeypatch):
    monkeypatch.setattr(store, "_LARGEST_MANIFEST", 10)
    _refused(folder, match="larger than")


def test_a_failed_write_leaves_no_model_and_no_litter(tmp_path, monkeypatch):
    def fail(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OutputError, match="no space left"):
        save_model(tmp_path / "m", small_weights(), CLASSES, Settings())
    assert list((tmp_path / "m").iterdir()) == []
