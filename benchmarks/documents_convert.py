"""One text in every format and encoding, as people have it: for checking that the units are the same."""

from __future__ import annotations

import html
import io
import shutil
import subprocess
import tempfile
from pathlib import Path

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}_某某市人民政府门户网站</title>
<script>var page = "导航。脚本；";</script><style>p {{ text-indent: 2em; }}</style></head><body>
<div class="top-nav"><ul><li><a href="/">网站首页</a></li><li><a href="/zwgk">政务公开</a></li>
<li><a href="/bsfw">办事服务</a></li><li><a href="/hdjl">互动交流</a></li></ul></div>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a> &gt; 正文</div>
<div class="article"><div class="info">来源：市政府办公室&nbsp;&nbsp;发布时间：2024-03-05 09:30&nbsp;
浏览次数：<span>128</span></div>
<div id="zoom">
{body}
</div>
<div class="share">分享到：<a href="#">微信</a> <a href="#">微博</a></div></div>
<div class="related"><h3>相关阅读</h3><ul><li><a href="/1">某地召开专题推进会</a></li>
<li><a href="/2">某地出台新举措</a></li></ul></div>
<footer><p>版权所有：某某市人民政府办公室</p><p>网站标识码：0000000000 某ICP备00000000号</p></footer>
</body></html>
"""


def to_html(paragraphs: list[str], title: str = "工作动态") -> bytes:
    """Make a page of a government site, with its furniture around the text."""
    body = "\n".join(f"<p>　　{html.escape(text)}</p>" for text in paragraphs)
    return _PAGE.format(title=title, body=body).encode()


def to_docx(paragraphs: list[str]) -> bytes:
    """Make a Word document, a paragraph each, indented as official documents are."""
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name = "Noto Serif CJK SC"
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Serif CJK SC")
    normal.font.size = Pt(14)
    for text in paragraphs:
        paragraph = document.add_paragraph(text)
        paragraph.paragraph_format.first_line_indent = Pt(28)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def to_pdfs(documents: dict[str, bytes]) -> dict[str, bytes]:
    """PDFs of Word documents (name to bytes), made by LibreOffice; empty where it is not installed."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name, data in documents.items():
            (home / f"{name}.docx").write_bytes(data)
        command = [
            office,
            "--headless",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            "pdf",
        ]
        subprocess.run(
            [*command, "--outdir", folder, *(str(path) for path in sorted(home.glob("*.docx")))],
            check=True,
            capture_output=True,
            timeout=600,
        )
        return {path.stem: path.read_bytes() for path in home.glob("*.pdf")}


def to_big5(text: str) -> tuple[bytes, str]:
    """Return the text turned traditional, as Big5, and what of it can be said in Big5."""
    import opencc

    traditional = opencc.OpenCC("s2t").convert(text)
    kept = "".join(character for character in traditional if _in_big5(character))
    return kept.encode("big5"), kept


def _in_big5(character: str) -> bool:
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True
