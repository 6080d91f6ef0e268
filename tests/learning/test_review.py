"""Which units are chosen, and the workbook through the programs that people have."""

import shutil
import subprocess
from collections import Counter
from dataclasses import replace

import openpyxl
import pytest
from workspaces import documents, workspace, write_tagged

from policycls.errors import ConflictError, CorpusError
from policycls.learning import review_book
from policycls.learning.answers import answers, parts
from policycls.learning.handout import rows_from
from policycls.learning.intake import rows_of, take_in
from policycls.learning.review import choose, handouts, pool_of, suggest
from policycls.model import load_model


@pytest.fixture(scope="module")
def model():
    return load_model()


def units(n=30, size=8):
    return [(x.doc, u.unit, u.kind, "", u.text) for x in documents(n, size) for u in x.units]


def test_the_test_share_comes_from_documents_of_which_no_other_unit_is_chosen(model):
    pool = pool_of(model, handouts(units(), {}))
    chosen = choose(pool, 60, "mixed")
    assert len(chosen) == len({at for at, _ in chosen}) == 60
    by_part = {
        part: [(at, why) for at, why in chosen if pool.items[at].part == part] for part in ("test", "train")
    }
    assert len(by_part["test"]) == 12
    assert {why for _, why in by_part["test"]} == {"random"}
    assert not {pool.items[at].doc for at, _ in by_part["test"]} & {
        pool.items[at].doc for at, _ in by_part["train"]
    }


def test_no_unit_is_chosen_twice_or_like_another_one(model):
    found = [("d", n, "sentence", "", f"第{n}号：设立贷款贴息资金。") for n in range(40)]
    found += [
        ("e", n, "sentence", "", x) for n, x in enumerate(("开展执法检查。", "精简审批材料。", "会议开幕。"))
    ]
    pool = pool_of(model, handouts(found, {"d": "train", "e": "train"}))
    texts = [pool.items[at].text for at, _ in choose(pool, 10, "varied", done={"会议开幕。"})]
    assert len(texts) == 3
    assert sum("贴息" in x for x in texts) == 1


def test_uncertain_units_are_those_with_the_smallest_lead(model):
    pool = pool_of(model, handouts(units(), {f"d{n}": "train" for n in range(30)}))
    chosen = [at for at, _ in choose(pool, 10, "uncertain")]
    lead = pool.proba[chosen]
    lead.sort(axis=1)
    every = pool.proba.copy()
    every.sort(axis=1)
    assert (lead[:, -1] - lead[:, -2]).mean() < (every[:, -1] - every[:, -2]).mean()


def test_a_document_stays_in_its_part():
    first = parts([f"d{n}" for n in range(50)], {})
    assert 0 < Counter(first.values())["test"] < 20
    assert parts([f"d{n}" for n in reversed(range(50))], {"d0": "test"})["d0"] == "test"
    train = [f"d{n}" for n in range(50) if first[f"d{n}"] == "train"][:5]
    assert Counter(parts(train[:4], {}).values()) == {"train": 4}
    assert Counter(parts(train, {}).values()) == {"train": 4, "test": 1}


def test_people_agree_differ_and_settle(tmp_path):
    made = workspace(tmp_path)
    found = documents(1, 3)
    take_in(made, rows_of(made, found, who="li"))
    assert take_in(made, rows_of(made, found, who="li")).known == 3
    take_in(made, rows_of(made, documents(1, 2), who="wang"))
    assert not made.own().conflicts
    other = rows_of(made, documents(1, 3, start=0), who="wang")
    changed = [replace(row, labels=("money",)) for row in other]
    taken = take_in(made, changed[:1])
    assert (taken.added, taken.corrected) == (1, 1)
    assert "li: permit" in str(made.own().conflicts[0])
    assert [x.note for x in suggest(made, [], strategy="conflicts")] == ["li: permit; wang: money"]
    (chinese,) = suggest(made, [], strategy="conflicts", lang="zh")
    assert chinese.note == "li: 审批; wang: 资金"
    take_in(made, rows_of(made, found, who="chief", settled=True))
    assert not made.own().conflicts
    assert len(made.ledger.read()) == 9  # nothing is deleted
    with pytest.raises(ConflictError, match="d0, unit 0: money and permit"):
        take_in(made, [*other[:1], *changed[:1]])


def test_second_labels_that_one_person_gave_are_left_open(tmp_path):
    made = workspace(tmp_path)
    row = rows_of(made, documents(1, 1), who="li")[0]
    other = replace(row, who="wang", labels=("permit", "money"))
    found = answers([row, other], ("permit", "money"))
    (document,) = found.train + found.test
    assert (document.units[0].labels, document.units[0].maybe) == (("permit",), ("money",))


@pytest.fixture
def book(tmp_path):
    made = workspace(tmp_path)
    tagged = write_tagged(tmp_path / "tagged.jsonl", documents(12))
    found = suggest(made, [str(tagged)], 20)
    path = tmp_path / "to-label.xlsx"
    review_book.write(path, found, made.labels)
    return made, path, found


def test_the_workbook_is_made_for_labelling(book):
    made, path, found = book
    last = len(found) + 1
    assert last > 15
    sheets = openpyxl.load_workbook(path)
    sheet = sheets["标注"]
    names = [cell.value for cell in sheet[1]]
    assert names[:7] == ["编号", "上一句", "正文", "下一句", "改正标签", "第二标签", "备注"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref.startswith("A1:")
    lists = {x.sqref.ranges.pop().coord: x.formula1 for x in sheet.data_validations.dataValidation}
    assert lists == {f"E2:E{last}": "'标签说明'!$A$2:$A$4", f"F2:F{last}": "'标签说明'!$A$2:$A$3"}
    # Columns of one width are one range in the file, told by its first.
    assert [x for x, column in sheet.column_dimensions.items() if column.hidden] == ["M"]
    assert names[12:] == ["序号", "类型", "用途", "编码", "校验"]
    means = [[cell.value for cell in row] for row in sheets["标签说明"].iter_rows()]
    assert [row[0] for row in means[1:]] == ["审批", "资金", made.labels.none.name_zh]
    assert means[1][2] == "办理许可。"


def fill(path, column, values):
    sheets = openpyxl.load_workbook(path)
    sheet = sheets["标注"]
    at = [cell.value for cell in sheet[1]].index(column) + 1
    for row, value in enumerate(values, 2):
        sheet.cell(row, at).value = value
    sheets.save(path)


def test_the_workbook_goes_through_libreoffice(book):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed")
    made, path, found = book
    folder = path.parent

    def convert(source, kind):
        profile = f"-env:UserInstallation=file://{folder / 'profile'}"
        command = [
            soffice,
            profile,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(folder / kind),
            str(source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return folder / kind / f"{source.stem}.{kind}"

    again = convert(convert(path, "ods"), "xlsx")  # what LibreOffice keeps when it saves in its own format
    lists = openpyxl.load_workbook(again)["标注"].data_validations.dataValidation
    assert len(lists) == 2
    fill(again, "改正标签", ["审批", "资金", "非措施", None, "审批"])
    fill(again, "第二标签", ["资金"])
    fill(again, "备注", ["见原文"])
    final = convert(again, "ods")
    final = convert(final, "xlsx")
    rows = rows_from(review_book.read(final), made.labels, who="li")
    assert [row.labels for row in rows] == [("permit", "money"), ("money",), (), ("permit",)]
    assert [row.id for row in rows] == [x.item.id for x in found[:3]] + [found[4].item.id]
    assert rows[0].note == "见原文"
    assert take_in(made, rows).added == 4


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("正文", "别的句子。", "line 2: its text was changed"),
        ("编码", None, "line 2: its id is missing"),
        ("改正标签", "审批提数", "line 2: unknown label '审批提数'"),
        ("用途", "train!", "line 2: what it carries beside the text was changed"),
    ],
)
def test_a_changed_workbook_is_refused_with_its_line_and_nothing_is_taken_in(book, column, value, message):
    made, path, _ = book
    fill(path, "改正标签", ["审批"] * 5)
    fill(path, column, [value])
    with pytest.raises(CorpusError, match=message):
        rows_from(review_book.read(path), made.labels, who="li")
    assert made.ledger.read() == []
