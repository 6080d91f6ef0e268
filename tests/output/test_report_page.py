"""The page as text: what it counts, that it is one file, and that nothing from a document becomes markup."""

import base64
import hashlib
import json
import math
import re
from datetime import date
from importlib.resources import files
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from sample_units import LABELS, unit

from policycls.documents import Skipped
from policycls.model.evidence import Word
from policycls.output.report import Collector, gather, render
from policycls.output.report.groups import columns_of
from policycls.output.report.page import evaluation_of, shown
from policycls.output.report.svg import axis_end, bars, panels
from policycls.output.summary import Figure
from policycls.output.tagged import label_set_of
from policycls.output.width import width

UNITS = [
    unit("一、审批", "none", doc="a.txt", number=0, kind="heading", start=0, end=4, fields={"region": "东"}),
    unit("加快审批。", doc="a.txt", number=1, start=5, end=10, fields={"region": "东"}),
    unit(
        "查。", "supervision", doc="a.txt", number=2, start=10, end=12, review=True, fields={"region": "东"}
    ),
    unit("再查。", "supervision", doc="a.txt", number=3, start=13, end=16, fields={"region": "东"}),
    unit("无。", "none", doc="b.txt", number=0, review=True, fields={"region": "西"}),
]


def _content(units=UNITS, explain=None, skipped=(), card=None):
    found = Collector(explain)
    found.write(units)
    for item in skipped:
        found.skip(item)
    return gather(found, label_set_of(units), card)


def _tree(content, lang="en", **more):
    return html.fromstring(render(content, lang, **more))


def _says(element):
    return " ".join(" ".join(element.itertext()).split())


def test_it_counts_by_label_document_and_column():
    content = _content()
    assert content.whole.counts == [1, 0, 0, 2, 0, 2]
    assert [x.counts for x in content.documents] == [[1, 0, 0, 2, 0, 1], [0, 0, 0, 0, 0, 1]]
    assert [(x.name, x.units) for x in content.columns["region"]] == [("东", 4), ("西", 1)]
    assert content.review == 2


def test_running_text_keeps_headings_and_paragraphs_apart():
    first = _content().documents[0]
    assert [[s.unit.text for s in x] for x in first.paragraphs] == [
        ["一、审批"],
        ["加快审批。", "查。"],
        ["再查。"],
    ]
    tree = _tree(_content())
    assert [_says(x) for x in tree.cssselect("#doc0 h4 .u > span")] == ["一、审批"]
    assert [len(x.cssselect(".u")) for x in tree.cssselect("#doc0 p:not(.facts)")] == [2, 1]


def test_the_least_sure_comes_first():
    units = [
        unit("甲。", number=0, review=True, scores=dict.fromkeys(LABELS.ids, 0.1)),
        unit("乙。", number=1, scores=dict.fromkeys(LABELS.ids, 0.01)),
        unit("丙。", "none", number=2, review=True, scores=dict.fromkeys(LABELS.ids, 0.19)),
        unit(
            "丁。",
            number=3,
            review=True,
            scores={**dict.fromkeys(LABELS.ids, 0.1), "approval_streamlining": 0.5},
        ),
    ]
    content = _content(units)
    assert [s.unit.text for _, s in content.first] == ["丙。", "甲。", "丁。"]


def test_deciding_words_are_marked_where_they_stand():
    content = _content(explain=lambda units: [[Word(0, 2, 1.0)] if "审批。" in x.text else () for x in units])
    assert content.explained
    marks = _tree(content).cssselect("mark")
    assert [(m.text, m.getnext(), m.tail) for m in marks] == [("加快", None, "审批。")]
    assert not _content().explained


def test_skipped_inputs_stand_with_their_reasons():
    tree = _tree(_content(skipped=[Skipped("<b>.pdf", "is encrypted")]))
    row = tree.cssselect("#read tbody tr")[0]
    assert [row.cssselect(x)[0].text_content() for x in ("th", ".en", ".zh")] == [
        "<b>.pdf", "is encrypted", "已加密",
    ]  # fmt: skip


def test_only_its_own_style_and_script_may_run():
    page = render(_content())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1].replace("&#39;", "'")
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert set(allowed) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert allowed["default-src"] == "'none'"
    for name, start in (("style", "<style>"), ("script", "<script>")):
        inside = page.split(start)[1].split(f"</{name}>")[0]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert allowed[f"{name}-src"] == f"'sha256-{digest}'"


def test_it_needs_nothing_from_elsewhere_and_carries_no_inline_code():
    page = render(_content())
    tree = html.fromstring(page)
    for element in tree.iter():
        names = [
            name for name in element.attrib if name.startswith("on") or name in ("style", "src", "xlink:href")
        ]
        assert names == []
        assert element.get("href", "#").startswith("#")
    assert not re.search(r"https?://|@import|url\(", page)
    assert [x.get("id") for x in tree.cssselect("[id]")] == list(
        {x.get("id"): 0 for x in tree.cssselect("[id]")}
    )


TEXT = st.text(
    alphabet=st.characters(exclude_categories=("Cs",)) | st.sampled_from("<>&\"'/\\{}%\u202e\u2066\r\x00"),
    min_size=1,
).filter(str.strip)


@given(TEXT, TEXT, TEXT)
@settings(max_examples=25, deadline=None)
def test_any_text_name_and_label_is_text_and_stays_the_same(text, name, label):
    units = [unit(text, label, doc=name, scores={label: 0.5}, fields={name: text}, review=True),
             unit("无。", "none", doc="b", scores={label: 0.5}, fields={name: "x"})]  # fmt: skip
    page = render(_content(units, skipped=[Skipped(name, text)]))
    tags = [element.tag for element in html.fromstring(page).iter()]
    assert [tags.count(x) for x in ("script", "style", "img", "iframe", "object", "form")] == [
        2,
        1,
        0,
        0,
        0,
        1,
    ]
    data = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    assert not set("<>&") & set(data)
    assert json.loads(data)["docs"][0] == name
    assert label in [tag["id"] for tag in json.loads(data)["tags"]]


def test_unseen_characters_are_shown_by_their_code_and_kept():
    found = shown("a\u202eb\rc<")
    assert found == 'a<i class="c" data-c="202E">\u202e</i>b<i class="c" data-c="000D">&#13;</i>c&lt;'


def test_both_languages_are_there_and_one_is_open():
    for lang, other in (("en", "en"), ("zh", "zh-Hans")):
        tree = _tree(_content(), lang)
        assert tree.get("lang") == other
        (heading,) = tree.cssselect("h1")
        assert [x.text for x in heading] == ["Measures in policy documents", "政策文件措施分析"]
    for element in tree.cssselect(".en"):
        assert element.getnext().get("class") == "zh"


def test_the_models_card_tells_figures_with_intervals_corpus_date_and_version():
    figure = {"value": 0.8, "low": 0.75, "high": 0.85}
    card = {
        "id": "m-1", "date": "2026-01-02", "labels": {"version": "1.0"},
        "corpus": {"documents": 10, "units": 2000},
        "evaluation": {"test": {"data": {"documents": 3, "units": 400}, "accuracy": figure,
                                "labels": {"supervision": {"f1": figure}}}},
    }  # fmt: skip
    (section,) = _tree(_content(card=card), made=date(2026, 2, 3)).cssselect("#model")
    said = _says(section)
    for part in (
        "m-1",
        "2026-01-02",
        "1.0",
        "10 documents, 2,000 sentences",
        "2026-02-03",
        "0.800 0.750–0.850",
    ):
        assert part in said
    assert "supervision" in said
    assert "Nothing more is known" in _says(_tree(_content()).cssselect("#model")[0])


@pytest.mark.parametrize(
    "card", [{}, {"evaluation": None}, {"evaluation": {"accuracy": 0.5}}, {"evaluation": []}]
)
def test_a_card_without_figures_has_none(card):
    assert evaluation_of(card) is None


def test_columns_with_a_value_for_every_document_are_named_instead_of_drawn():
    units = [unit(doc=f"{n}", fields={"title": f"t{n}", "one": "1", "year": str(n % 3)}) for n in range(9)]
    columns, left_out = columns_of(units, LABELS)
    assert list(columns) == ["year"]
    assert [group.name for group in columns["year"]] == ["0", "1", "2"]
    assert left_out == ["title"]


@pytest.mark.parametrize("name", ["编号", "序号", "id", "ID", "No.", "input_id"])
def test_serial_numbers_make_no_groups(name):
    units = [unit(doc=f"{n}.txt", fields={name: str(n), "c": str(n)}) for n in range(3)]
    columns, left_out = columns_of(units, LABELS)
    assert (list(columns), left_out) == (["c"], [])


def test_numbers_are_put_in_order_before_words():
    units = [unit(doc=f"{n}", fields={"c": value}) for n, value in enumerate(["10", "9", "中", "2"])]
    assert [group.name for group in columns_of(units, LABELS)[0]["c"]] == ["2", "9", "10", "中"]


def test_pictures_keep_to_their_axis():
    content = _content()
    for panel in panels(content.columns["region"], content.tags):
        left, right = panel.ticks[0][0], panel.ticks[-1][0]
        for row in panel.rows:
            assert left <= row.mark.x <= right
            assert width(row.name) <= 16
    assert axis_end([Figure(math.nan, math.nan, math.nan)]) == 0.05
    assert axis_end([Figure(1.0, 0.5, 1.0)]) == 1.0
    (bar,) = bars([Figure(0.1, 0.05, 0.2)])
    assert bar.low < bar.x < bar.high == 160


def test_many_labels_have_letters_and_colours_of_their_own():
    units = [unit("a", f"label{n}", number=n, scores={}) for n in range(30)]
    tags = _content(units).tags
    assert len({tag.letter for tag in tags}) == 31
    assert tags[26].letter == "AA"
    assert len({tag.colour for tag in tags}) == 9


#: How colours look to people who lack one kind of cones, in linear RGB (Machado, Oliveira, Fernandes, 2009).
SEEN = {
    "all": np.eye(3),
    "no red": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.052]],
    "no green": [[0.3673, 0.8606, -0.228], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "no blue": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _linear(colour):
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _lab(linear):
    part = TO_XYZ @ np.clip(linear, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(part > 0.008856, np.cbrt(part), 7.787 * part + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _colours(scheme, kind):
    """Return the colours of the five measures in the style: badges (k) or tints (t)."""
    style = files("policycls.output.report").joinpath("templates", "style.css").read_text("utf-8")
    part = style.split("prefers-color-scheme: dark")[scheme == "dark"]
    return [re.search(rf"--{kind}{n}: (#[0-9a-f]{{6}})", part)[1] for n in range(5)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "apart"), [("k", 14), ("t", 7)])
def test_colours_are_told_apart_by_colour_blind_people(scheme, kind, apart):
    """CIE 1976 differences of at least 7 (tints) and 14 (badges and pictures); letters stand beside."""
    for seen in SEEN.values():
        looks = [_lab(np.array(seen) @ _linear(x)) for x in _colours(scheme, kind)]
        assert min(np.linalg.norm(a - b) for a, b in combinations(looks, 2)) >= apart
