"""Beyond one machine: two workers give, row for row, what one machine gives, and one of them may die."""

import itertools
import os
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from killing_model import FATAL, KillingModel

import policycls
from policycls.batch import Job, tag_job
from policycls.cli import main
from policycls.errors import (
    DocumentError,
    ModelError,
    NoTextError,
    OutputError,
    TableError,
    UsageError,
)
from policycls.output.destination import Screen
from policycls.streaming import Reading

distributed = pytest.importorskip("distributed", reason="Dask is not installed (policycls[cluster])")
dd = pytest.importorskip("dask.dataframe", reason="Dask is not installed (policycls[cluster])")
cluster = pytest.importorskip("policycls.cluster")
partitions = pytest.importorskip("policycls.partitions")

SENTENCES = itertools.cycle(
    [
        "推行容缺受理，开办企业一天办结。",
        "一、组织保障",
        "走访企业。送政策上门，帮助解决用工难题。",
        "发放贴息贷款，缓解融资难。",
        "   ",
        "开展双随机、一公开检查。",
        "赴外地招商，签约项目三个。",
        "会议于9时开始。",
        FATAL,
    ]
)
SCREEN = Screen(sys.stdout, sys.stdout)


@pytest.fixture(scope="module")
def workers():
    with distributed.LocalCluster(
        n_workers=2,
        processes=True,
        threads_per_worker=1,
        dashboard_address=":0",
        worker_dashboard_address=":0",
    ) as found:
        yield found


@pytest.fixture
def client(workers):
    with distributed.Client(workers, set_as_default=False) as found:
        found.wait_for_workers(2, timeout=120)
        yield found


@pytest.fixture(autouse=True)
def small_partitions(monkeypatch):
    monkeypatch.setattr(partitions, "ROWS", 40)
    monkeypatch.setattr(partitions, "CHARACTERS", 600)


def _rows(n=400):
    # Documents of seven rows, and a long one that fills several partitions; a column constant in some only.
    return [
        {
            "text": text,
            "doc": f"d{k // 7}" if not 100 <= k < 260 else "long",
            "地区": f"r{k // 50}",
            "page": k % 5 if k > 300 else 1,
        }
        for k, text in enumerate(itertools.islice(SENTENCES, n))
    ]


@pytest.fixture
def table(tmp_path):
    """Twenty row groups of rows that form documents."""
    path = tmp_path / "big.parquet"
    pq.write_table(pa.Table.from_pylist(_rows()), path, row_group_size=20)
    return path


def _here(paths, folder, **options):
    """Tag on one machine; return the rows."""
    target = folder / "one.parquet"
    tag_job(Job([str(x) for x in paths], str(target), **options), "parquet", SCREEN, tell=lambda _: None)
    return pq.read_table(target)


def _there(address, paths, folder, told=None, **options):
    """Tag on the workers; return the rows, and what the run came to."""
    job = Job([str(x) for x in paths], str(folder), **options)
    tell = (lambda _: None) if told is None else told.append
    report = cluster.tag_on_cluster(job, None, address, tell=tell)
    return pq.read_table(folder), report


def _same(one, other):
    assert one.schema.equals(other.schema)
    assert one.to_pylist() == other.to_pylist()


def test_rows_equal_those_of_one_machine_though_a_worker_is_killed(workers, table, tmp_path, monkeypatch):
    monkeypatch.setattr(Job, "load_model", lambda _: KillingModel(tmp_path))
    found, report = _there(workers.scheduler_address, [table], tmp_path / "out")
    assert int((tmp_path / "killed").read_text()) != os.getpid()
    _same(_here([table], tmp_path), found)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [f"part-{n:05}.parquet" for n in range(10)]
    assert report.units == len(found)
    assert sum(report.labels.values()) == len(found)


def test_rows_without_a_document_column_keep_their_numbers(workers, tmp_path):
    path = tmp_path / "flat.parquet"
    frame = pd.DataFrame(_rows(200)).drop(columns="doc")
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, row_group_size=50)
    found, _ = _there(workers.scheduler_address, [path], tmp_path / "out", lang="zh")
    _same(_here([path], tmp_path, lang="zh"), found)


def test_other_inputs_are_read_here_and_what_fails_is_named(workers, table, tmp_path):
    pd.DataFrame(_rows(150)).to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "b.txt").write_text("会议。\n走访企业三家。", encoding="utf-8")
    (tmp_path / "c.txt").write_text("", encoding="utf-8")
    pq.write_table(pa.table({"text": ["", " "]}), tmp_path / "d.parquet")
    paths = [tmp_path / name for name in ("a.csv", "big.parquet", "b.txt", "c.txt", "d.parquet")]
    told = []
    options = {"reading": Reading(keep_noise=True), "precision": 0.9}
    found, report = _there(workers.scheduler_address, paths, tmp_path / "out", told, **options)
    _same(_here(paths, tmp_path, **options), found)
    assert {x.path for x in report.skipped} == {str(paths[n]) for n in (3, 4)}
    assert len([line for line in told if line.startswith("skipped: ")]) == 2


def test_an_interrupted_run_is_gone_on_with(workers, table, tmp_path):
    out = tmp_path / "out"
    job = Job([str(table)], str(out))

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cluster.tag_on_cluster(job, None, workers.scheduler_address, tell=print, progress=stop)
    assert (out / "part-00000.parquet").is_file()
    with pytest.raises(OutputError, match="unfinished run; --resume"):
        _there(workers.scheduler_address, [table], out)
    with pytest.raises(UsageError, match="other inputs or settings"):
        _there(workers.scheduler_address, [table], out, lang="zh", resume=True)
    told = []
    found, _ = _there(workers.scheduler_address, [table], out, told, resume=True)
    assert any(line.startswith("going on: ") for line in told)
    _same(_here([table], tmp_path), found)
    with pytest.raises(OutputError, match="folder of other things"):
        _there(workers.scheduler_address, [table], out, resume=True)


def test_the_command(workers, table, tmp_path, capsys):
    words = ["tag", str(table), "-o", str(tmp_path / "out"), "--cluster", workers.scheduler_address]
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 0
    _same(_here([table], tmp_path), pq.read_table(tmp_path / "out"))
    assert "units: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output": None}, "name it with -o"),
        ({"jobs": 2}, "--jobs does not go with --cluster"),
        ({"meta": "m.csv"}, "--meta does not go with --cluster"),
        ({"output": "big.parquet"}, "is a file, not a folder"),
        ({}, r"no Dask scheduler answers at tcp://127\.0\.0\.1:9; start one"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_written(
    options, message, table, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    job = Job([str(table)], **{"output": "out", **options})
    with pytest.raises((UsageError, OutputError), match=message):
        cluster.tag_on_cluster(job, None, "tcp://127.0.0.1:9", tell=print)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["big.parquet"]


def test_a_table_alone_that_cannot_be_tagged_is_an_error(workers, tmp_path):
    pq.write_table(pa.table({"text": ["", " "]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": ["", " "], "y": [1, 2]}), tmp_path / "b.parquet")
    with pytest.raises(NoTextError, match="no row holds text"):
        _there(workers.scheduler_address, [tmp_path / "a.parquet"], tmp_path / "one")
    with pytest.raises(TableError, match="no text column"):
        _there(workers.scheduler_address, [tmp_path / "b.parquet"], tmp_path / "two")


def test_without_dask_it_says_how_to_install_it(table, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'policycls\[cluster\]'"):
        _there("tcp://127.0.0.1:9", [table], tmp_path / "out")
    assert UsageError.exit_code == 2


def _by_hand(frames, **options):
    return pd.concat([policycls.tag_frame(frame, **options) for frame in frames])


@pytest.mark.parametrize("spread", [True, False])
def test_a_data_set_is_tagged_as_its_partitions_are(spread, client):
    frame = pd.DataFrame(_rows(120)).astype({"text": "str", "doc": "str"}).set_index("page", drop=False)
    data = dd.from_pandas(frame, npartitions=3, sort=False)
    data = dd.concat([data, data.partitions[0][data.partitions[0]["page"] > 99]])  # ends with an empty one
    used = client if spread else None
    found = policycls.tag_dataset(data, text="text", doc="doc", client=used)
    result = client.compute(found, sync=True) if spread else found.compute(scheduler="sync")
    parts = [part.compute(scheduler="sync") for part in data.partitions]
    expected = _by_hand([part for part in parts if len(part)], text="text", doc="doc")
    pd.testing.assert_frame_equal(result, expected, check_dtype=False)
    assert result["score_financing"].dtype == found.dtypes["score_financing"] == "float64"


def test_a_data_set_may_be_a_path_and_a_model_of_ones_own(table, client, tmp_path):
    model = policycls.load_model().at_precision(0.9)
    found = policycls.tag_dataset(str(table), text="text", client=client, model=model)
    result = client.compute(found, sync=True)
    expected = policycls.tag_frame(pd.read_parquet(table), text="text", model=model)
    assert result["review"].tolist() == expected["review"].tolist()
    with pytest.raises(TableError, match="no column 'x'"):
        policycls.tag_dataset(str(table), text="x")
    with pytest.raises(DocumentError, match="no such file"):
        policycls.tag_dataset(tmp_path / "none.parquet", text="text")


def test_a_worker_without_the_model_reads_it_at_its_path_or_says_so(monkeypatch):
    monkeypatch.setattr(cluster, "_models", {})
    model = policycls.load_model()
    ticket = cluster.Ticket(model.id, model.settings, str(model.path))
    assert cluster._model(ticket).id == model.id
    with pytest.raises(ModelError, match="lies here, not other"):
        cluster._model(cluster.Ticket("other", model.settings, str(model.path)))
    with pytest.raises(ModelError, match="give tag_dataset its client"):
        cluster._model(cluster.Ticket("other", model.settings, None))


def test_a_search_over_the_classifier_runs_on_the_workers(client):
    from joblib import parallel_config
    from sklearn.model_selection import GridSearchCV

    texts = ["设立贷款贴息", "开展执法检查", "给予贴息补助", "组织联合检查", "发放贷款", "查处违法"] * 4
    labels = ["financing", "supervision"] * 12
    small = policycls.PolicyClassifier(evidence=0, terms=0, calibrate=False)
    search = GridSearchCV(small, {"strength": [0.1, 1.0]}, cv=2)
    with client.as_current(), parallel_config(backend="dask", client=client):
        search.fit(texts, labels)
    assert search.best_score_ == 1.0
    assert search.predict(["贷款担保"]).tolist() == ["financing"]
