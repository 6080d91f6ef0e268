"""The guide in ``docs/``: what stands in it runs, both languages say the same, nothing is out of date."""

import importlib
import os
import re
import shutil
import sys
import tomllib
from xml.etree import ElementTree

import openpyxl
import pytest
import typer
from pages import GUIDES, INSTALL, ROOT, blocks, commands, run

import policycls
from policycls.cli import app
from policycls.documents import archive, boundary, worker
from policycls.resources import READING

LANGUAGES = ("en", "zh")
#: Pages of one language that are written elsewhere; docs/hooks.py takes them from there.
ELSEWHERE = {"en": {"datasheet.md", "guideline.md", "model.md"}, "zh": {"guideline.md"}}


def _name(path):
    return path.relative_to(ROOT / "docs").as_posix()


def _fill_in(path):
    """Label a workbook as people do in Excel: agree with the model in every row."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    place = {cell.value: cell.column for cell in sheet[1]}
    given = place.get("model_label") or place["模型标签"]
    for row in range(2, sheet.max_row + 1):
        wanted = sheet.cell(row, place.get("correction") or place["改正标签"])
        wanted.value = sheet.cell(row, given).value
    book.save(path)


@pytest.fixture
def clone(tmp_path):
    """A folder as a reader stands in, whose data is the checkout's."""
    for name in ("examples", "corpus"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("page", [x for x in GUIDES if commands(x)], ids=_name)
def test_every_command_of_a_page_runs(page, clone):
    """In order, each page by itself."""
    filled = re.search(r"<!-- people fill in (\S+) -->", page.read_text("utf-8"))
    for command in commands(page):
        if filled and f"review import {filled[1]}" in command:
            _fill_in(clone / filled[1])
        if not command.startswith(INSTALL):
            run(["bash", "-euc", command], clone)


@pytest.mark.parametrize("page", [x for x in GUIDES if blocks(x, "python")], ids=_name)
def test_every_piece_of_python_runs(page, clone):
    for piece in blocks(page, "python"):
        run([sys.executable, "-W", "error::FutureWarning", "-c", piece], clone)


def test_both_languages_have_the_same_pages():
    pages = {x: {y.name for y in GUIDES if y.parent.name == x} | ELSEWHERE[x] for x in LANGUAGES}
    assert pages["en"] == pages["zh"]


def _shape(command):
    """What a command does, whatever its files are named and whatever language it speaks."""
    spoken = re.sub(r" --lang \w+", "", command)
    return re.findall(
        r"policycls(?: [a-z]+(?![\w./-]))*|(?<![\w-])--?[a-z][a-z-]*", re.sub(r"'[^']*'", "", spoken)
    )


@pytest.mark.parametrize("name", sorted({x.name for x in GUIDES} - ELSEWHERE["en"]))
def test_both_languages_have_the_same_commands_and_pictures(name):
    english, chinese = (ROOT / "docs" / x / name for x in LANGUAGES)
    assert [_shape(x) for x in commands(english)] == [_shape(x) for x in commands(chinese)]
    assert len(blocks(english, "python")) == len(blocks(chinese, "python"))
    pictures = [
        re.findall(r"!\[.*?\]\(\S*?([\w-]+?)(?:-en|-zh)?\.\w+\)", x.read_text("utf-8"))
        for x in (english, chinese)
    ]
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("page", GUIDES, ids=_name)
def test_options_and_commands_in_running_text_are_known(page):
    command = typer.main.get_command(app)
    text = page.read_text("utf-8")
    said = re.findall(r"(?:`|^)(policycls [^`\n]*)", text, re.M)
    known = {"--version", *_options(command)}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", "\n".join(said))) <= known
    assert {found[1] for x in said if (found := re.match(r"policycls ([a-z]+)", x))} <= set(command.commands)


def _options(command):
    for x in command.params:
        yield from x.opts
    for sub in getattr(command, "commands", {}).values():
        yield from _options(sub)


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_of_the_labels_have_them(language):
    text = (ROOT / "docs" / language / "labels.md").read_text("utf-8")
    rows = re.findall(r"^\| (.*?。) \| (.*?) \|$", text, re.M)
    labels = policycls.load_label_set()
    wanted = [labels.resolve(name) for _, name in rows]
    assert policycls.load_model().predict([sentence for sentence, _ in rows]).tolist() == wanted
    assert set(wanted) == {*labels.ids, "none"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_name_has_its_place_in_the_reference(language):
    text = (ROOT / "docs" / language / "python.md").read_text("utf-8")
    assert {*re.findall(r"^::: policycls\.(\w+)$", text, re.M), "__version__"} == set(policycls.__all__)


@pytest.mark.parametrize("language", LANGUAGES)
def test_limits_are_those_of_the_program(language):
    text = (ROOT / "docs" / language / "documents.md").read_text("utf-8")
    limits = (
        f"{READING['seconds']:.0f} ",
        f"{READING['memory_mib'] / 1024:.0f} GiB",
        f"{boundary.MAX_BYTES >> 20} MiB",
        f"{archive.MAX_PART >> 20} MiB",
    )
    for limit in limits:
        assert limit in text
    assert worker.SECONDS in text


def test_figures_of_accuracy_are_not_copied():
    """They come from where the benchmarks write them."""
    for page in GUIDES:
        if page.name != "cluster.md":
            assert not re.search(r"\b0\.\d\d\d\b", page.read_text("utf-8")), page


def test_chores_that_pages_name_are_there():
    text = (ROOT / "justfile").read_text("utf-8")
    recipes = set(re.findall(r"^([a-z][\w-]*)[^:\n]*:", text, re.M))
    named = {
        x for page in ROOT.glob("*.md") for x in re.findall(r"`just ([a-z][a-z-]*)", page.read_text("utf-8"))
    }
    assert named - recipes == set()
    assert len(named) > 5
    sessions = set(re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text("utf-8"), re.M))
    assert set(re.findall(r"nox -s (\w+)", text)) <= sessions


def test_extras_that_pages_name_are_there():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for page in [*GUIDES, *ROOT.glob("*.md")]:
        for named in re.findall(r"(?:policycls|\.)\[([a-z,]+)\]", page.read_text("utf-8")):
            assert set(named.split(",")) <= set(extras), page


def test_pictures_are_small():
    for picture in (ROOT / "docs" / "img").iterdir():
        assert picture.stat().st_size < 150_000, picture


@pytest.fixture
def beside(monkeypatch):
    """Give a function that loads a module of ``docs/``, which MkDocs loads as its hook."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    names = []

    def loaded(name):
        names.append(name)
        return importlib.import_module(name)

    yield loaded
    for name in names:
        del sys.modules[name]


SOUND = '<h1 id="top">策</h1><a href="#top">a</a><a href="https://example.org">b</a><img src="zh/p.png">'


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "another host: https://cdn.example/x.js"),
        ('<script src="//cdn.example/x.js"></script>', "another host: //cdn.example/x.js"),
        ('<link rel="stylesheet" href="https://fonts.example/css">', "another host"),
        ('<link rel="preconnect" href="https://fonts.example">', "another host"),
        (
            '<img srcset="zh/p.png 1x, https://img.example/2.png 2x">',
            "another host: https://img.example/2.png",
        ),
        ('<p style="background:url(//img.example/a)">', "another host"),
        ("<style>@import 'https://fonts.example/css';</style>", "another host"),
        ('<pre class="mermaid">flowchart</pre>', "the theme fetch"),
        ('<a href="none.html">c</a>', "none.html is not there"),
        ('<a href="zh/#none">c</a>', "no such anchor"),
        ('<a href="/zh/index.html">c</a>', "starts at the root"),
        ('<a href="../outside.html">c</a>', "is not there"),
        ('<img src="none.png">', "none.png is not there"),
    ],
)
def test_a_site_that_asks_another_host_or_links_to_nothing_is_told(bad, said, tmp_path, beside):
    (tmp_path / "outside.html").touch()
    site = tmp_path / "site"
    (site / "zh").mkdir(parents=True)
    (site / "zh" / "index.html").write_text('<a href="../index.html#top">d</a>', "utf-8")
    (site / "zh" / "p.png").touch()
    (site / "404.html").write_text('<a href="/zh/index.html">d</a>', "utf-8")
    page = site / "index.html"
    page.write_text(SOUND, "utf-8")
    faults = beside("checks").faults
    assert faults(site) == []
    page.write_text(SOUND + bad, "utf-8")
    (found,) = faults(site)
    assert found.startswith("index.html")
    assert said in found


def test_a_style_sheet_that_asks_another_host_is_told(tmp_path, beside):
    (tmp_path / "a.css").write_text("a{background:url('data:image/svg+xml;x')} b{c:url(https://x.example/f)}")
    assert beside("checks").faults(tmp_path) == ["a.css asks another host: https://x.example/f"]


def test_the_drawing_of_the_site_has_every_box_in_order(beside):
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    source = re.search(r"^```mermaid\n(.*?)^```$", text, re.M | re.S)[1]
    drawn = ElementTree.fromstring(beside("drawing").drawing(source))
    said = [x.text for x in drawn.iter("text")]
    boxes = [part for box in re.findall(r'\["(.*?)"\]', source) for part in box.split(": ")]
    assert said == boxes
    assert len(list(drawn.iter("path"))) == source.count("-->")


@pytest.mark.parametrize(
    "source",
    [
        'flowchart LR\na["b"]\nc["d"]\na --> c',
        'flowchart TB\na["b"]\nc["d"]\na --> b',
        'flowchart TB\na["b"]\nc("d")\na --> c',
        "sequenceDiagram",
    ],
)
def test_a_drawing_of_another_form_is_refused(source, beside):
    with pytest.raises(ValueError, match="drawing"):
        beside("drawing").drawing(source)
