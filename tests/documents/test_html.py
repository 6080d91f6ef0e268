"""Pages: the body whole, the site's furniture as noise, what is not shown left out."""

import pytest

from policycls.documents import read_bytes, split_units
from policycls.errors import LimitError, NoTextError


def units(page, encoding="utf-8"):
    return [(u.kind, u.text) for u in split_units(next(read_bytes("a.html", page.encode(encoding))))]


def body(page):
    return [text for kind, text in units(page) if kind != "noise"]


PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>某地出台新举措_某某网</title>
<style>p{}</style></head>
<body><div class="top-nav"><a>首页</a><a>政务</a></div>
<ul><li><a href="#">热点一</a></li><li><a href="#">热点二</a></li></ul>
<h1>某地出台<br>新举措</h1><p>来源：某某报</p><p>　　近年来，某地持续优化
营商环境。</p><p>推行<b>一窗</b>受理，<a href="#">详见办法</a>。</p><div style="display: none">看不见。</div>
<script>var a = "脚本。";</script><noscript>请开脚本。</noscript>
<footer><p>版权所有：某某网</p></footer></body></html>"""


def test_furniture_is_noise_and_the_body_is_whole():
    assert body(PAGE) == ["某地出台新举措", "近年来，某地持续优化营商环境。", "推行一窗受理，详见办法。"]
    assert not [text for _, text in units(PAGE) if "看不见" in text or "脚本" in text]


def test_what_stands_behind_a_title_in_the_body_is_kept():
    assert body("<div>压缩<title>某某网</title>审批时限。</div>") == ["压缩审批时限。"]


def test_the_title_comes_without_the_site():
    assert next(read_bytes("a.html", PAGE.encode())).title == "某地出台新举措"


def test_a_page_that_lies_about_its_encoding():
    document = next(read_bytes("a.html", PAGE.encode("gb18030")))
    assert "持续优化营商环境。" in document.text and document.notes[0] == "read as gb18030"


def test_tables_of_data_and_of_layout():
    data = (
        "<table><tr><th>事项</th><th>时限</th></tr><tr><td>开办。企业</td><td>1天</td></tr>"
        "<tr><td colspan=2>合计</td></tr></table>"
    )
    assert body(f"<html><body><p>情况如下。</p>{data}</body></html>") == [
        *("情况如下。", "事项　时限", "开办。企业　1天", "合计"),
    ]
    layout = "<table><tr><td><div>甲办好。</div></td><td><p>乙办好。丙办好。</p></td></tr></table>"
    assert body(f"<html><body>{layout}</body></html>") == ["甲办好。", "乙办好。", "丙办好。"]


def test_text_nested_very_deeply():
    fine = "<div>" * 200 + "<p>甲办好。</p>" + "</div>" * 200
    assert body(f"<html><body>{fine}") == ["甲办好。"]
    for before in ("", "<p>乙办好。</p>"):
        with pytest.raises(LimitError, match="nested too deeply"):
            body(f"<html><body>{before}" + "<div>" * 5000 + "甲办好。")


def test_a_text_node_of_eleven_megabytes_is_read():
    assert len(body("<html><body><p>" + "好" * 4_000_000 + "。</p>")) > 1


def test_only_markup():
    with pytest.raises(NoTextError, match="no text found"):
        body("<html><body><script>1</script></body></html>")


def test_a_page_saved_as_one_file():
    mht = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=q\r\n\r\n--q\r\n"
        "Content-Type: text/html\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n" + PAGE + "\r\n--q--\r\n"
    )
    assert "某地出台新举措" in next(read_bytes("a.mht", mht.encode())).text
