"""Many documents: the same rows in the same order by one process or several; every input read or named."""

import copyreg
import csv
import io
import json

import pytest
from fake_model import FakeModel

from policycls.batch import inputs, run
from policycls.documents import Skipped
from policycls.errors import NoTextError, TableError, UsageError
from policycls.output import Layout, open_stream
from policycls.output.destination import Screen
from policycls.output.resume import Done, stamp
from policycls.progress import Progress
from policycls.schema import load_label_set
from policycls.streaming import CHUNK_FILES, Failure, Reading, TaggedDocument, tag_files

MODEL = FakeModel()


@pytest.fixture
def folder(tmp_path):
    """Twenty texts, a bad one among them, and a table of 2,500 rows with a bad row at its end."""
    for n in range(20):
        text = f"第{n}号通知\n\n一、走访企业\n干部走访第{n}家企业，发放贷款{n}万元。\n"
        (tmp_path / f"{n:02}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "07.txt").write_text("", encoding="utf-8")
    with (tmp_path / "table.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "地区"])
        rows.writerows([f"第{n}条，加快审批。", f"区{n % 7}"] for n in range(2500))
        file.write("短行\n")
    return tmp_path


def _tag(files, **options):
    return list(tag_files([str(file) for file in files], MODEL, **options))


def _run(files, *, done=None, **options):
    binary = io.BytesIO()
    told = []
    with open_stream(Screen(binary, io.StringIO()), "jsonl", Layout(load_label_set())) as out:
        out.done = done or {}
        report = run([str(file) for file in files], MODEL, out, tell=told.append, **options)
    return report, [json.loads(line) for line in binary.getvalue().decode().splitlines()], told


def test_documents_come_in_order_with_their_place_in_the_file(folder):
    results = _tag(sorted(folder.iterdir()))
    documents = [r for r in results if isinstance(r, TaggedDocument)]
    assert len(documents) == 19 + 2500
    assert [r.number for r in documents[-2500:]] == list(range(1, 2501))
    assert [r.whole for r in documents[:19]] == [True] * 19
    assert not any(r.whole for r in documents[19:])
    assert documents[-1].units[0].fields == {"地区": "区0"}


def test_several_processes_give_the_same_as_one(folder, monkeypatch):
    def refuse(error):
        pytest.fail(f"an error is sent to a process: {error}")

    # Dask has errors pickled with their tracebacks, which may be too deep for it.
    monkeypatch.setitem(copyreg.dispatch_table, TableError, refuse)
    files = sorted(folder.iterdir())
    assert len(files) > CHUNK_FILES

    def plain(results):
        return [(r.file, str(r.error), r.documents) if isinstance(r, Failure) else r for r in results]

    assert plain(_tag(files, jobs=2)) == plain(_tag(files))


def test_joblib_works_as_before_after_a_run_in_processes(folder):
    from joblib import Parallel, delayed

    _tag([folder / "00.txt", folder / "01.txt"], jobs=2)
    assert Parallel(n_jobs=2)(delayed(abs)(n) for n in (-1, -2)) == [1, 2]


def test_a_bad_file_and_a_bad_row_are_named_and_stop_nothing(folder):
    report, rows, told = _run(sorted(folder.iterdir()))
    assert [item.path.rsplit("/")[-1] for item in report.skipped] == ["07.txt", "table.csv"]
    assert report.skipped[0].reason == "file is empty"
    assert "line 2502" in report.skipped[1].reason
    assert report.skipped[1].reason.endswith("(the 2500 documents before are tagged)")
    assert [line.startswith("skipped: ") for line in told if "skipped" in line] == [True, True]
    assert report.documents == len({row["doc"] for row in rows}) == 2519
    assert report.units == len(rows)
    assert sum(report.labels.values()) == report.units


def test_one_input_alone_raises_its_own_error(folder):
    with pytest.raises(NoTextError, match="file is empty"):
        _run([folder / "07.txt"], alone=True)
    with pytest.raises(TableError, match="line 2502"):
        _run([folder / "table.csv"], alone=True)


def test_inputs_none_of_which_can_be_read_are_an_error(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).touch()
    with pytest.raises(NoTextError, match="none of the 3 inputs could be read"):
        _run([tmp_path / "a.txt", tmp_path / "b.txt"], skipped=[Skipped("c", "not a regular file")])


def test_what_is_done_is_not_done_again(folder):
    first, table = str(folder / "00.txt"), str(folder / "table.csv")
    done = {first: Done(1, True, stamp(first)), table: Done(1203, False, stamp(table))}
    whole = _tag([first, folder / "01.txt", table])
    rest = _tag([first, folder / "01.txt", table], done=done)
    assert rest[:-1] == [whole[1], *whole[1 + 1204 : -1]]
    assert (rest[1].number, rest[-1].documents) == (1204, 2500)


def test_a_file_that_changed_since_is_not_gone_on_with(folder):
    file = str(folder / "00.txt")
    with pytest.raises(UsageError, match="has changed since the interrupted run; remove the unfinished"):
        _tag([file], done={file: Done(1, True, (1, 1))})


def test_standard_input_is_a_document(folder):
    report, rows, _ = _run(["-", folder / "00.txt"], reading=Reading(stdin="加快审批。".encode()))
    assert report.documents == 2
    assert (rows[0]["doc"], rows[0]["text"]) == ("-", "加快审批。")


def test_noise_is_kept_on_request(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(FakeModel, "tag", lambda self, document, keep_noise: seen.append(keep_noise) or [])
    (tmp_path / "a.txt").write_text("加快审批。", encoding="utf-8")
    _tag([tmp_path / "a.txt"])
    _tag([tmp_path / "a.txt"], reading=Reading(keep_noise=True))
    assert seen == [False, True]


def test_the_output_is_no_input(tmp_path):
    for name in ("a.txt", "out.csv"):
        (tmp_path / name).write_text("text\n审批。", encoding="utf-8")
    files, _ = inputs([str(tmp_path)], str(tmp_path / "out.csv"))
    assert files == [f"{tmp_path}/a.txt"]
    with pytest.raises(UsageError, match="is input and output; name another file"):
        inputs([str(tmp_path / "out.csv")], str(tmp_path / "x" / ".." / "out.csv"))
    files, _ = inputs(["-", str(tmp_path / "a.txt"), "-", str(tmp_path)])
    assert files == ["-", f"{tmp_path}/a.txt", f"{tmp_path}/out.csv"]


def test_progress_tells_counts_rate_and_time_left(folder):
    seen = []
    ticks = iter(range(1000))

    def keep(progress):
        seen.append((progress.documents, progress.part, progress.rate, progress.left))

    files = sorted(folder.glob("*.txt"))
    _run(files, progress=keep, clock=lambda: float(next(ticks)))
    assert len(seen) == 20
    assert [part for _, part, _, _ in seen] == sorted(part for _, part, _, _ in seen)
    assert seen[-1][:2] == (19, pytest.approx(1.0))
    assert seen[-1][3] == pytest.approx(0.0)
    assert Progress(units=30, seconds=2.0, part=0.25).rate == 15
    assert Progress(seconds=2.0, part=0.25).left == 6
    assert Progress().left is None


def test_the_summary_says_it_in_one_line(folder):
    report, _, _ = _run(sorted(folder.glob("0*.txt")))
    assert report.summary() == (
        "9 documents, 27 units: enterprise_assistance 18, none 9; 0 to review; 1 input skipped"
    )
    assert report.summary("zh") == "9 份文档，27 句：助企服务 18，非措施 9；需复核 0 句；跳过 1 个输入"
