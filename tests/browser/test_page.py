"""The page in a real browser: every filter, link and key does what it says, and nothing leaves the page."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from itertools import cycle
from pathlib import Path

import pytest
from sample_units import LABELS, unit

from policycls.learning.corpus import load_labelled
from policycls.output.report import Collector, gather, render
from policycls.output.tagged import label_set_of
from policycls.reporting import ReportJob, report_job

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
HOSTILE = [
    "<script>document.title='ran'</script>",
    "</script><script>document.title='ran'</script>",
    "\"quoted\" 'single' & <b>bold</b>",
    "=cmd|' /c calc'!A1",
    "左\u202eright-to-left\u202c右\u200b零宽",
    "--><img src=x onerror=\"document.title='ran'\">",
    "{{ 7 * 7 }} {% raw %} ${1}",
]  # fmt: skip


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The page of the example documents, with columns about them and one input that cannot be read."""
    folder = tmp_path_factory.mktemp("example")
    meta = folder / "districts.csv"
    meta.write_text(
        "doc,region,year\nbulletin.txt,溪陵区,2023\nnews.txt,云畈市,2022\nnotice.txt,溪陵区,2022\n", "utf-8"
    )
    (folder / "broken.pdf").write_bytes(b"no PDF")
    paths = [*map(str, sorted(EXAMPLES.glob("*.txt"))), str(folder / "broken.pdf")]
    report_job(ReportJob(paths, str(folder / "report.html"), meta=str(meta), lang="zh"))
    return folder / "report.html"


def _page_of(units, path, lang="en"):
    found = Collector()
    found.write(units)
    path.write_text(render(gather(found, label_set_of(units)), lang), encoding="utf-8")
    return path


def _shown(page):
    return page.evaluate("document.querySelectorAll('.u:not([hidden])').length")


def _saved(page, path):
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(path)
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _mended(found):
    """Return the letter of a unit that was mended."""
    assert "m" in found.get_attribute("class").split()
    return found.locator(".k").inner_text()


def _quiet(page):
    """Nothing was said on the console, and nothing was asked for but the file itself."""
    assert page.said == []
    assert [url for url in page.asked if not url.startswith("blob:")] == page.asked[:1]


def test_the_example_page_opens_without_error_or_request(open_page, example):
    page = open_page(example)
    assert page.title() == "政策文件措施分析"
    assert page.locator(".doc").count() == 4
    assert page.locator("#read table tbody tr").count() == 1
    assert page.locator(".panel").count() == 10  # five measures by region and by year
    assert page.locator("mark").count() > 50
    _quiet(page)


def test_every_section_that_the_contents_name_is_there(open_page, example):
    page = open_page(example)
    for link in page.locator("nav a").all():
        link.click()
        assert page.locator(link.get_attribute("href")).is_visible()
    assert page.locator("nav a").count() == 9


def test_filters_by_label_score_document_text_and_review(open_page, example):
    page = open_page(example)
    everything = _shown(page)
    for box in page.locator("[name=label]").all()[1:]:
        box.uncheck()
    assert _shown(page) == page.locator(".u[data-l='0']").count()
    page.click("[type=reset]")
    page.wait_for_function(f"document.querySelectorAll('.u:not([hidden])').length === {everything}")

    page.fill("[name=low]", "60")
    scores = page.eval_on_selector_all(
        ".u:not([hidden])",
        "all => all.map(u => { const s = u.dataset.s.split(' ').map(Number);"
        " return u.dataset.l === '5' ? Math.max(...s) : s[u.dataset.l]; })",
    )
    assert 0 < len(scores) < everything
    assert min(scores) >= 60
    page.fill("[name=low]", "0")

    page.select_option("[name=doc]", "2")
    assert _shown(page) == page.locator("#doc2 .u").count()
    assert page.locator(".doc:visible").count() == 1
    page.select_option("[name=doc]", "")

    page.fill("[name=text]", "综合窗口")
    # innerText of what is out of sight may be empty: the page leaves it unrendered.
    texts = page.locator(".u:not([hidden])").all_text_contents()
    assert texts
    assert [text for text in texts if "综合窗口" not in text] == []
    assert page.inner_text("#shown") == f"显示 {everything} 句中的 {len(texts)} 句"
    page.fill("[name=text]", "")

    page.check("[name=review]")
    assert _shown(page) == page.locator(".u.r").count() > 0
    _quiet(page)


def test_a_number_of_the_heat_table_leads_to_its_sentences(open_page, example):
    page = open_page(example)
    cell = page.locator("#heat tbody tr").nth(1).locator("a[data-tag]").first
    count = int(cell.inner_text())
    tag = cell.get_attribute("data-tag")
    cell.click()
    assert _shown(page) == count
    assert page.locator(f".u:not([hidden])[data-l='{tag}']").count() == count
    assert page.locator("#doc1").is_visible()
    page.locator("#labels tbody a").first.click()
    assert _shown(page) == page.locator(".u[data-l='0']").count()


def test_the_list_to_review_leads_to_its_sentence_even_when_filtered_out(open_page, example):
    page = open_page(example)
    page.fill("[name=text]", "nothing that stands there")
    assert _shown(page) == 0
    link = page.locator(".first a").first
    target = link.get_attribute("href")
    link.click()
    assert page.locator(f"{target}[aria-current]").is_visible()
    assert page.evaluate("document.activeElement.id") == target[1:]
    assert page.locator(target).evaluate("u => u.getBoundingClientRect().bottom < innerHeight")


def test_scores_are_shown_on_hover(open_page, example):
    page = open_page(example)
    first = page.locator("#doc0 .u[data-l='0']").first
    first.hover()
    shown = page.locator("#tip p").all_inner_texts()
    assert [int(re.search(r"(\d+)\D*$", text)[1]) for text in shown] == [
        int(x) for x in first.get_attribute("data-s").split()
    ]
    page.locator("h1").hover()
    assert page.locator("#tip").is_hidden()


def test_mended_by_keyboard_undone_mended_again_saved_and_imported(open_page, example, tmp_path):
    page = open_page(example)
    page.locator("#doc1 .u").nth(3).focus()
    third, fourth = (page.locator("#doc1 .u").nth(n) for n in (3, 4))
    page.keyboard.press("2")
    assert _mended(third) == "B"
    page.keyboard.press("u")
    assert page.inner_text("#counter") == "已改 0 句"
    assert page.locator(".u.m").count() == 0
    page.keyboard.press("3")
    page.keyboard.press("n")
    page.keyboard.type('钱到位了, "quoted" </script>')
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert fourth.get_attribute("aria-current") == "true"
    page.keyboard.press("0")
    page.keyboard.press("4")
    page.keyboard.press("Control+z")
    assert page.inner_text("#counter") == "已改 2 句"

    saved = _saved(page, tmp_path / "corrections.jsonl")
    assert [(row["label"], row["note"]) for row in saved] == [
        ("financing", '钱到位了, "quoted" </script>'),
        ("none", ""),
    ]
    _quiet(page)
    known = {(u.doc, u.unit): u for u in _tagged("news.txt")}
    for row in saved:
        assert known[row["doc"], row["unit"]].text == row["text"]
        assert known[row["doc"], row["unit"]].heading == row["heading"]
    (document,) = load_labelled([tmp_path / "corrections.jsonl"], LABELS)
    assert [(x.text, x.label) for x in document.units] == [(row["text"], row["label"]) for row in saved]


def _tagged(name):
    import policycls

    return policycls.tag_document(str(EXAMPLES / name))


def test_saved_corrections_train_from_the_command_line(open_page, example, tmp_path):
    page = open_page(example)
    for doc in range(4):
        page.locator(f"#doc{doc} .u").first.focus()
        for key in "123450123450":
            page.keyboard.press(key)
            page.keyboard.press("ArrowRight")
    assert len(_saved(page, tmp_path / "corrections.jsonl")) == 48
    done = _run(tmp_path, "train", "corrections.jsonl", "-o", "model")
    assert done.returncode == 0, done.stderr
    counts = json.loads((tmp_path / "model" / "manifest.json").read_text("utf-8"))["corpus"]["by_label"]
    assert counts == dict.fromkeys((*LABELS.ids, "none"), 8)


def _run(folder, *arguments):
    code = "from policycls.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_saved_corrections_are_imported_by_the_command_line_with_exactly_these_labels(
    open_page, example, tmp_path
):
    page = open_page(example)
    for at, key in ((1, "4"), (5, "0"), (9, "2")):
        page.locator("#doc3 .u").nth(at).click()
        page.keyboard.press(key)
    page.locator("#doc2 .u").nth(1).click()
    page.keyboard.press("n")
    page.keyboard.type("只有备注")
    page.keyboard.press("Enter")
    saved = _saved(page, tmp_path / "corrections.jsonl")
    assert [row["label"] for row in saved] == ["", "supervision", "none", "enterprise_assistance"]
    assert _run(tmp_path, "init", "bureau").returncode == 0
    done = _run(tmp_path, "review", "import", "corrections.jsonl", "--workspace", "bureau", "--by", "李华")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 rows added")
    rows = [row for path in (tmp_path / "bureau").rglob("*.jsonl") for row in _lines(path) if "text" in row]
    assert {(x["doc"], x["unit"], x["text"], *x["labels"]) for x in rows} == {
        (x["doc"], x["unit"], x["text"], *x["labels"]) for x in saved[1:]
    }


def _lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_work_is_kept_by_the_browser_for_this_content_alone(open_page, example, tmp_path):
    page = open_page(example)
    page.locator(".u").nth(2).click()
    page.click("#choices button >> nth=4")
    page.reload()
    assert page.inner_text("#counter") == "已改 1 句"
    assert _mended(page.locator(".u").nth(2)) == "E"
    page.click("#undo")
    assert page.inner_text("#counter") == "已改 0 句"
    page.goto(_page_of([unit(number=n) for n in range(4)], tmp_path / "other.html").as_uri())
    assert page.inner_text("#counter") == "0 mended"


def test_keys_do_nothing_while_one_writes(open_page, example):
    page = open_page(example)
    page.locator(".u").first.click()
    page.fill("[name=text]", "")
    page.locator("[name=text]").press_sequentially("0nu1")
    assert page.input_value("[name=text]") == "0nu1"
    assert page.inner_text("#counter") == "已改 0 句"


def test_the_language_is_switched_on_the_page(open_page, example):
    page = open_page(example)
    assert page.locator("h1").inner_text() == "政策文件措施分析"
    page.click("[data-lang=en]")
    assert page.locator("h1").inner_text() == "Measures in policy documents"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Measures in policy documents"
    left = page.evaluate(
        """() => { const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
        while (walker.nextNode()) { const element = walker.currentNode.parentElement;
          if (/[\\u4e00-\\u9fff]/.test(walker.currentNode.data) && element.checkVisibility()
              && !element.closest("[lang|=zh], bdi, .panel, script")) found.push(walker.currentNode.data); }
        return found; }"""
    )
    assert [text for text in left if text.strip() not in ("全部文件",)] == []


def test_on_paper_there_is_the_whole_text_and_nothing_to_click(open_page, example):
    page = open_page(example)
    page.emulate_media(media="print")
    for what in ("#panel", ".filters", "nav", ".lang"):
        assert page.locator(what).is_hidden()
    assert page.locator(".u").last.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.doc')).contentVisibility") == "visible"
    pdf = page.pdf(format="A4")
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    text = "".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
    document.close()
    assert "征集时限" in text or "综合窗口" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_name_and_label_show_as_text(open_page, tmp_path, text):
    label = text.replace("|", "/")
    units = [
        unit(text, label, doc=text, scores={label: 0.9}, heading=text, fields={text: text}),
        unit("查。", label, doc=f"{text}2", scores={label: 0.9}, fields={text: "b"}, review=True),
    ]
    page = open_page(_page_of(units, tmp_path / "page.html"))
    assert page.title() == "Measures in policy documents"
    assert page.locator("#doc0 .u > span").evaluate("x => x.textContent") == text
    assert page.locator("#doc0 h3").evaluate("x => x.textContent") == text
    page.locator("#doc0 .u").click()
    assert text in page.inner_text("#chosen")
    page.keyboard.press("0")
    (row,) = _saved(page, tmp_path / "saved.jsonl")
    assert (row["doc"], row["text"], row["was"], row["label"]) == (text, text, label, "none")
    if "\u202e" in text:
        assert page.locator("#doc0 .u .c").evaluate_all("all => all.map(x => x.dataset.c)") == [
            "202E", "202C", "200B"
        ]  # fmt: skip
    _quiet(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(open_page, example, width, scheme):
    pytest.importorskip("axe_playwright_python", reason="needs axe-core (pip install axe-playwright-python)")
    page = open_page(example, width=width, color_scheme=scheme)
    page.locator("#doc0 .u.r").first.click()
    page.keyboard.press("2")
    for details in page.locator("details").all():
        details.evaluate("x => x.open = true")
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    told = [(x["id"], x["impact"], [n["html"][:150] for n in x["nodes"][:3]]) for x in found]
    assert [x for x in told if x[1] in ("serious", "critical", "moderate")] == []


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window(open_page, example, width):
    page = open_page(example, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_ten_thousand_units_open_filter_and_mend(open_page, tmp_path):
    given = _tagged("bulletin.txt")
    units = [
        replace(x, doc=f"{n // len(given):03}.txt", fields={"year": str(2015 + n // len(given) % 9)})
        for n, x in zip(range(10_000), cycle(given), strict=False)
    ]
    path = _page_of(units, tmp_path / "large.html")
    assert path.stat().st_size < 5_000_000
    page = open_page(path)
    assert _shown(page) == 10_000
    page.fill("[name=text]", "检查")
    assert 0 < _shown(page) < 10_000
    page.click("[type=reset]")
    page.wait_for_function("document.querySelectorAll('.u:not([hidden])').length === 10000")
    page.locator("#heat tbody tr").last.locator("a[data-tag]").first.click()
    last = page.locator(".u:not([hidden])").last
    last.click()
    page.keyboard.press("5")
    assert _mended(last) == "E"
    _quiet(page)
