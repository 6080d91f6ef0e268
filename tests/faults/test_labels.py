"""Faults in labels and corpora, rows 35 to 45: nothing is learnt from what is wrong, nothing is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from fault_runs import bureau, die_at, forked, hold_files, model, rows, run, schema, state, write_table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policycls.errors import UnknownLabelError
from policycls.learning.corpus import load_labelled
from policycls.learning.repeats import alike
from policycls.schema import LabelSet

LABELS = LabelSet.of(["permit", "money"])
anywhere = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A workspace with rows and a model in use, in which commands run."""
    made = bureau(tmp_path)
    monkeypatch.chdir(made)
    return made


def _train(table, output, *options):
    return run("train", table, "-o", output, "--labels", schema(output.parent), *options)


def _refused(place, table, *messages, options=()):
    """Neither retraining nor training takes the table, and nothing is written."""
    output = model(place.parent)
    before = state(place), state(output)
    for result in (run("retrain", table, "--by", "li", *options), _train(table, output, *options)):
        assert result.status == 5
        assert result.stdout == ""
        for message in messages:
            assert message in result.stderr
    assert (state(place), state(output)) == before


def test_row_35_all_unknown_labels_are_told_with_lines_and_nothing_is_trained(place, tmp_path):
    wrong = rows()
    wrong[1][3], wrong[40][3] = "permitt", "资金z"
    table = write_table(tmp_path / "new.csv", wrong)
    _refused(
        place,
        table,
        f"{table}: line 3: unknown label 'permitt'; did you mean 'permit'?",
        f"{table}: line 42: unknown label '资金z'; did you mean '资金'?",
    )


def test_row_35_of_many_unknown_labels_twenty_are_told_and_the_rest_counted(place, tmp_path):
    table = write_table(tmp_path / "new.csv", [[*row[:3], f"{n}x"] for n, row in enumerate(rows())])
    _refused(place, table, "line 21: unknown label", "and 52 more")


def test_row_35_an_unknown_label_of_many_rows_is_told_once_with_their_number(place, tmp_path):
    table = write_table(tmp_path / "new.csv", [[*row[:3], "permitt"] for row in rows()])
    message = f"{table}: line 2: unknown label 'permitt' (72 rows); did you mean 'permit'?\n"
    _refused(place, table, message)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "jsonl"])
def test_row_36_cells_that_pandas_left_blank_are_no_label(tmp_path, suffix):
    frame = pd.DataFrame(rows(), columns=["doc", "unit", "text", "label"])
    frame["label"] = frame["label"].astype(object)
    frame.loc[[0, 7, 11, 12], "label"] = [float("nan"), None, "", "  "]
    path = tmp_path / f"new.{suffix}"
    if suffix == "jsonl":
        frame.to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        {"csv": frame.to_csv, "xlsx": frame.to_excel, "parquet": frame.to_parquet}[suffix](path, index=False)
    told = []
    found = load_labelled([path], LABELS, tell=told.append)
    assert sum(len(x.units) for x in found) == 68
    assert told == ["note: rows without a label, left out: 4"]


def test_row_36_rows_without_a_label_are_counted_and_make_no_class(place, tmp_path):
    new = rows(4, start=20)
    new[0][3], new[1][3], new[2][3] = "nan", "", "NaN"
    table = write_table(tmp_path / "new.csv", new)
    result = run("train", table, "-o", tmp_path / "m", "--labels", "auto")
    assert result.status == 0
    assert "note: rows without a label, left out: 3\n" in result.stderr
    assert "trained on 21 units of 4 documents: money 7, permit 7, none 7;" in result.stderr
    result = run("retrain", table)
    assert result.status == 0
    assert "note: rows without a label, left out: 3\n" in result.stderr
    assert result.stderr.count("21 rows added") == 1


@anywhere
@given(st.lists(st.sampled_from(["permit", "none", "", " ", "nan", "NaN", "\t", "\u3000"]), min_size=1))
def test_row_36_whatever_is_blank_is_left_out(tmp_path, given):
    table = write_table(tmp_path / "t.csv", [["d", 0, "甲。", "money"]])
    with table.open("a", encoding="utf-8") as file:
        file.writelines(f"d,{n},第{n}句。,{label}\n" for n, label in enumerate(given, 1))
    (document,) = load_labelled([table], LABELS)
    assert [x.label for x in document.units] == ["money", *(x for x in given if x in ("permit", "none"))]


@given(st.sampled_from(["permit", "money", "none"]), *2 * [st.text(" \t\r\n\u3000\xa0", max_size=3)])
def test_row_37_blanks_around_a_label_are_taken_away_and_its_case_counts(label, before, after):
    assert LABELS.resolve(f"{before}{label}{after}") == label
    with pytest.raises(UnknownLabelError, match=f"did you mean '{label}'"):
        LABELS.resolve(f"{before}{label.title()}{after}")


def test_row_37_a_label_with_blanks_is_the_same_one_and_another_case_is_refused(place, tmp_path):
    new = rows(4)
    new[0][3], new[1][3], new[2][3] = " none", f"\u3000{new[1][3]} ", f"{new[2][3]}\t"
    table = write_table(tmp_path / "new.csv", new)
    result = run("train", table, "-o", tmp_path / "m", "--labels", "auto")
    assert "trained on 24 units of 4 documents: money 8, permit " in result.stderr
    at = next(n for n, row in enumerate(new) if row[3] == "permit")
    new[at][3] = "Permit"
    write_table(table, new)
    _refused(place, table, f"line {at + 2}: unknown label 'Permit'; did you mean 'permit'?")
    result = run("train", table, "-o", tmp_path / "other", "--labels", "auto")
    assert result.status == 5
    assert "'permit' and 'Permit' differ in capitals alone" in result.stderr.replace(
        "'Permit' and 'permit'", "'permit' and 'Permit'"
    )
    assert not (tmp_path / "other").exists()


def test_row_38_one_label_alone_trains_nothing(place, tmp_path):
    table = write_table(tmp_path / "new.csv", [[*row[:3], "permit"] for row in rows()])
    output = model(tmp_path)
    before = state(output), state(place / "models")
    result = _train(table, output)
    assert result.status == 5
    assert result.stderr == (
        "error: needs at least 2 labels with examples; label units of another kind too\n"
    )
    result = run("retrain", table, "--by", "li")  # all that stands is corrected to one label
    assert result.status == 5
    assert "needs at least 2 labels with examples" in result.stderr
    assert (state(output), state(place / "models")) == before


def _rare(path):
    """One unit of a label, so that there is a fold without it, and many of another."""
    return write_table(path, [[*row[:3], "money" if n else "permit"] for n, row in enumerate(rows(6))])


def test_row_39_a_label_with_one_example_is_named(tmp_path):
    output = model(tmp_path)
    before = state(output)
    result = _train(_rare(tmp_path / "new.csv"), output)
    assert result.status == 5
    assert result.stderr == ("error: permit has 1; needs at least 3; label more, or pass --allow-small\n")
    assert state(output) == before


def test_row_39_allow_small_takes_it(tmp_path):
    result = _train(_rare(tmp_path / "new.csv"), tmp_path / "m", "--allow-small")
    assert result.status == 0, result.stderr
    assert run("explain", "审批许可登记", "--model", tmp_path / "m").status == 0


def test_row_40_of_repeated_rows_one_is_kept(place, tmp_path):
    new = rows(6, start=20)
    table = write_table(tmp_path / "new.csv", [*new, *new[3:10], new[3]])
    result = _train(table, tmp_path / "m")
    assert result.status == 0
    assert "note: units that stand there twice, taken once: 8\n" in result.stderr
    assert "trained on 36 units of 6 documents" in result.stderr
    result = run("retrain", table, table)
    assert result.status == 0
    assert "note: units that stand there twice, taken once: 52\n" in result.stderr
    assert "36 rows added" in result.stderr


@anywhere
@given(st.lists(st.integers(0, 11)))
def test_row_40_repeats_change_nothing(tmp_path, again):
    new = rows(2)
    once = load_labelled([write_table(tmp_path / "once.csv", new)])
    assert load_labelled([write_table(tmp_path / "more.csv", [*new, *(new[n] for n in again)])]) == once


def test_row_41_a_unit_with_two_labels_is_refused(place, tmp_path):
    new = rows(6, start=20)
    table = write_table(tmp_path / "new.csv", [*new, [*new[1][:3], "none"], [*new[4][:3], "money"]])
    assert [new[n][3] for n in (1, 4)] == ["permit", "permit"]
    told = [f"{new[1][0]}, unit 1: none and permit", f"{new[4][0]}, unit 4: money and permit"]
    _refused(place, table, "2 units have different labels in the same data: ", *told)


def test_row_42_a_sentence_with_two_labels_is_told_and_refused_if_strict(place, tmp_path):
    new = rows(6, start=20)
    new[2][2] = new[5][2] = "窗口受理办结贷款。"
    new[2][3], new[5][3] = "permit", "money"
    table = write_table(tmp_path / "new.csv", new)
    _refused(place, table, "the same text with different labels: 窗口受理办结贷款。\n", options=["--strict"])
    for result in (run("retrain", table), _train(table, tmp_path / "m")):
        assert result.status == 0
        assert "note: the same text stands with different labels: 窗口受理办结贷款。\n" in result.stderr


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("甲乙丙"), st.sampled_from([(), ("a",), ("b",)])))
)
def test_row_42_texts_that_differ_are_those_of_two_units_and_two_labels(units):
    texts = {text for _, text, _ in units}
    several = {
        x
        for x in texts
        if len({n for n, text, _ in units if text == x}) > 1
        and len({labels for _, text, labels in units if text == x}) > 1
    }
    assert set(alike(units)) == several


@anywhere
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 7))
def test_row_43_a_flipped_bit_is_named_and_repaired_without_loss(place, share, bit):
    file, aside = (place / "corpus" / x for x in ("own.jsonl", "own.damaged.jsonl"))
    whole = file.read_bytes()
    bad = bytearray(whole)
    at = int(share * (len(bad) - 1))
    bad[at] ^= 1 << bit
    file.write_bytes(bad)
    try:
        line = whole.count(b"\n", 0, at) + 1
        for command in (["corpus", "check"], ["corpus", "stats"], ["retrain"]):
            result = run(*command)
            assert result.status == 5
            assert f"{file}: " in result.stderr
            assert f"{line}" in result.stderr
            assert "corpus repair" in result.stderr
        assert run("corpus", "repair").status == 0
        assert run("corpus", "check").status == 0
        assert sorted([*file.read_bytes().split(b"\n"), *aside.read_bytes().split(b"\n")]) == sorted(
            [*bytes(bad).split(b"\n"), b""]
        )
    finally:
        file.write_bytes(whole)
        aside.unlink(missing_ok=True)


def test_row_44_a_torn_last_line_is_put_aside_and_no_row_is_lost(place, tmp_path):
    file, aside = (place / "corpus" / x for x in ("own.jsonl", "own.damaged.jsonl"))
    whole = file.read_bytes()
    table = write_table(tmp_path / "new.csv", rows(4, start=20))
    resource = pytest.importorskip("resource")

    def die_while_writing():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hold_files(len(whole) + 700)()
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)

    assert forked("retrain", table, before=die_while_writing).status == -signal.SIGXFSZ
    torn, held = file.read_bytes(), whole.count(b"\n")
    assert torn.startswith(whole)
    assert len(torn) == len(whole) + 700
    assert not torn.endswith(b"\n")
    assert torn.count(b"\n") > whole.count(b"\n")
    assert run("corpus", "stats").status == 0
    result = run("retrain", table)
    assert result.status == 0, result.stderr
    assert f"{96 - held} rows added" in result.stderr
    assert aside.read_bytes() == torn[len(whole) :] + b"\n"
    assert file.read_bytes().startswith(whole)
    assert run("corpus", "check").stdout == "96 rows, all as they were written\n"


def test_row_45_ctrl_c_in_the_middle_of_training_keeps_the_old_model(place, tmp_path):
    output = model(tmp_path)
    before = state(place), state(output)
    code = (
        "import os, sys\n"
        "from policycls.learning import train\n"
        "def interrupted(*arguments):\n"
        f"    os.killpg(os.getpgrp(), {signal.SIGINT:d})\n"
        "    return fitted(*arguments)\n"
        "fitted, train.out_of_fold = train.out_of_fold, interrupted\n"
        "from policycls.cli import main; main()"
    )
    table = write_table(tmp_path / "t.csv", rows())
    for command in (["retrain"], ["train", table, "-o", output, "--labels", schema(tmp_path)]):
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, command)],
            capture_output=True, text=True, start_new_session=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 130, done.stderr
        assert done.stderr.splitlines()[-1] == "interrupted"
        assert "Traceback" not in done.stderr
    assert (state(place), state(output)) == before


def _memory(folder: Path, n: int) -> int:
    """Train on n rows; return the most memory that the process had, in KiB."""
    table = folder / f"{n}.csv"
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 5000)))
    labels = {"permit": "审批许可登记", "money": "贷款补贴担保", "none": "天气会议口号"}
    write_table(
        table,
        [
            [f"d{k // 20}", k % 20, f"{text[k * 7 % 4950 :][:30]}{words}。", label]
            for k in range(n)
            for label, words in [list(labels.items())[k % 3]]
        ],
    )
    code = "import joblib; joblib.parallel_config('sequential'); from policycls.cli import main; main()"
    command = ["train", table, "-o", folder / "m", "--labels", schema(folder)]
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, command)], stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        told = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, told
    return usage.ru_maxrss


def test_row_45_memory_grows_with_the_rows_and_no_faster(tmp_path):
    pytest.importorskip("resource")
    few, many = (_memory(tmp_path, n) for n in (1000, 6000))
    assert many - few < 5000 * 60  # KiB: a dense row of the features would have ten times that


def test_row_45_a_kill_while_the_model_is_replaced_leaves_one_that_is_whole(tmp_path):
    table, output = write_table(tmp_path / "t.csv", rows(6)), model(tmp_path)
    command = ["train", table, "-o", output, "--labels", schema(tmp_path)]
    old = run("explain", "审批许可登记", "--model", output, "--json").stdout
    found = []
    for step in range(20):
        if forked(*command, before=die_at(step)).status == 0:
            break
        result = run("explain", "审批许可登记", "--model", output, "--json")
        assert result.status == 0, result.stderr
        found.append(result.stdout == old)
    assert found[0] and not found[-1]
    assert sorted(found, reverse=True) == found
