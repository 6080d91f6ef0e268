"""Lines that are no part of the body: page numbers, mastheads, bylines, captions, site furniture.

Each pattern says what it is for. Patterns look at whole lines, never inside a sentence; those that a body
might hold too count in the head (before the first sentence) or the tail (after the last) only.
"""

from __future__ import annotations

import re
from collections import Counter

from policycls.documents.lines import Line

_N = r"[\d０-９]"
_CN = r"[一二三四五六七八九十〇○零\d０-９]"
_DATE = rf"{_CN}{{2,4}}\s*[年./-]\s*{_CN}{{1,3}}\s*[月./-]\s*{_CN}{{1,3}}\s*日?"

#: No part of a body wherever they stand.
_ANYWHERE = re.compile(
    rf"""^(?:
      # page numbers: "— 3 —", "3", "第3页 共12页", "3/12", "Page 3 of 12"
      [-—–－─_·•~～\s]*第?\s*{_N}{{1,4}}\s*页\s*(?:[,，/／\s]*共?\s*{_N}{{1,4}}\s*页)?[-—–－─_·•~～\s]*
      | [-—–－─·•~～]+\s*{_N}{{1,4}}\s*[-—–－─·•~～]+ | {_N}{{1,4}}\s*[/／]\s*{_N}{{1,4}} | [Pp]age\s*\d+.{{0,12}}
      # rules: "————", "****", "====="
      | [-—–－─_=*＊·•.…~～■□◆◇▲△▼●○★☆\s]{{1,200}}
      # pictures by name or by mark
      | [^。！？；]{{0,80}}\.(?:jpe?g|png|gif|bmp|webp|tiff?|mp4)[)\]）】]? | !\[.*\]\(.*\) | [\[【（(]?(?:图片|视频|音频|图集|GIF)[\]】）)]?
      # captions
      | [\[【（(▲△▼◆●]*\s*(?:图为|图\s*{_CN}{{1,2}}\s*[：:　 ]|[上下左右题]图(?:为|[：:])|资料图|效果图|制图|配图|[▲△▼])(?:.{{0,140}})
      | .{{2,120}}(?:摄|摄影|供图|摄影报道|图片报道|文/图|图/文)\s*[）)】\]]?
      # site furniture
      | .{{0,6}}(?:当前位置|您的位置|您现在的位置|所在位置|你的位置)(?:是)?\s*[：:>].{{0,120}}
      | (?:[^\s|｜>»。；]{{1,14}}\s*[|｜>»›]\s*){{2,}}[^。；]{{0,60}}
      | .{{0,60}}(?:ICP备|公网安备|网站标识码|版权所有|All\s+Rights\s+Reserved|Copyright\b|©).{{0,120}}
      | [【\[（(\s]*(?:打\s*印|关\s*闭|返\s*回|收\s*藏|分\s*享)[^。；]{{0,24}}
      | [^。；]{{0,12}}(?:扫一扫|分享到|分享至|点击(?:下载|查看|进入|收听)|微信扫码|扫码关注|回到顶部|返回顶部|网站地图|无障碍|设为首页|加入收藏)[^。；]{{0,40}}
      | (?:上一篇|下一篇|上一条|下一条|上页|下页|上一页|下一页)\s*[：:]?.{{0,60}}
      | [【\[]?\s*字\s*[体号]\s*[：:]?.{{0,30}}
      # issue numbers of bulletins
      | [（(【\[]?\s*(?:\d{{4}}年\s*)?(?:总\s*)?第\s*{_CN}{{1,5}}\s*期.{{0,40}}
      | (?:内部资料|内部文件|内部参考|注意保存|妥善保管|请勿外传)[^。；]{{0,24}}
      | 共\s*印\s*{_N}+\s*份.{{0,10}}
      )$""",
    re.VERBOSE | re.IGNORECASE,
)

#: "Label: value" lines about the text: who wrote, sent, signed, printed it. The value is short and no sentence.
_LABELS = (
    "来源|信息来源|稿件来源|文章来源|消息来源|稿源|发布时间|发布日期|发布机构|发布者|发布人|更新时间|更新日期|浏览次数|浏览量|阅读次数|阅读量|"
    "阅读|访问量|点击数|点击量|点击次数|点击|索引号|索\\s*引\\s*号|主题分类|主题词|发文机关|发文字号|成文日期|公开方式|公开范围|有效性|文号|"
    "作者|记者|本报记者|通讯员|特约记者|实习生|编辑|责任编辑|责编|编审|校对|审核|审校|初审|复审|终审|一审|二审|三审|审签|监制|主编|副主编|总编辑|值班编辑|值班主任|"
    "摄影|供稿|撰稿|投稿|供稿单位|签发|签发人|核稿|拟稿|报|送|发|抄|主送|抄送|抄报|报送|分送|发送|印发|主办|主办单位|承办|承办单位|"
    "联系人|联系电话|联系方式|咨询电话|监督电话|值班电话|电话|传真|邮箱|电子邮箱|投稿邮箱|邮编|邮政编码|地址|网址|热线|新闻热线|举报电话|"
    "原文链接|链接|标签|关键词|编者|编印|技术支持|运维电话|文图|图文|文字|制图|美编|版面|版式|统筹|策划|出品"
)
_LABELLED = re.compile(
    rf"^[（(【\[\s]*(?:{_LABELS})\s*[：:／/].{{0,160}}$|^[（(【\[]\s*(?:{_LABELS})[ 　：:].{{1,24}}[）)】\]]$",
    re.DOTALL,
)
_BARE = re.compile(r"^[\d０-９]{1,3}$")
_SENTENCE_END = re.compile(r"[。！？；!?;][”’」』）)】》〉\"'\]]*$")

#: Counted in the head and the tail only: a body's headings may look like these.
_EDGE = re.compile(
    rf"""^(?:
      [（(【\[]?\s*(?:\d{{4}}[-年./]\d{{1,2}}[-月./]\d{{1,2}}日?|{_DATE})(?:\s*\d{{1,2}}[：:]\d{{2}}(?:[：:]\d{{2}})?)?.{{0,40}}
      | .{{2,40}}(?:主办|编印|编发|编|印发|印制|印)(?:\s*{_DATE}.{{0,10}})?
      | .{{2,40}}\s+{_DATE}(?:印发|印制|编印)?
      | [^。；！？]{{0,20}}(?:本报|本网|特约|新华社)?(?:记者|通讯员)[ 　：:][^。；！？]{{1,40}}
      | .{{0,40}}(?:简报|专报|快报|通讯|内参|专刊|周报|月报|旬报|信息专刊|工作动态|工作信息|政务信息|情况通报)
      | [首网]\s*页|(?:新闻|政务|资讯|公告|互动|服务|专题|视频|图片|登录|注册|搜索|English|手机版|客户端|微博|微信|繁體|繁体|简体|导航|滚动|要闻|时政|财经|社会)[^。；]{{0,6}}
      | (?:机密|秘密|绝密|特急|加急|急件|特提|平急)[^。；]{{0,8}}
      )$""",
    re.VERBOSE,
)
#: From such a line on, the rest of the document is no body: notices and lists of links.
_TAIL_START = re.compile(
    r"^[【\[（(▍■◆●\s]*(?:版权(?:与免责)?声明|免责(?:声明|条款)|特别声明|郑重声明|声明|本[网站报刊](?:版权)?声明|相关(?:阅读|链接|新闻|报道|文章|稿件|推荐)|"
    r"(?:推荐|延伸|热门|精彩|更多)(?:阅读|推荐|新闻|文章|内容|资讯)|热点(?:推荐|新闻|排行)|新闻(?:排行|推荐)|猜你喜欢|大家都在看|友情链接|网友评论|我要评论|评论区|"
    r"最新(?:资讯|新闻|文章)|主题词|抄送|报送|分送|责任编辑|责编)[】\]）)\s]*(?:[：:].*)?$"
)
_NOTICE = re.compile(
    r"凡(?:本|注明|来源|转载)|转载请|转载.{0,12}(?:注明|授权)|未经.{0,16}(?:授权|许可|书面).{0,20}(?:转载|使用|复制|摘编)|(?:本网|本站|本报|本刊|本公众号).{0,40}(?:版权|转载|立场|授权|责任)|"
    r"(?:不代表|并不意味).{0,12}(?:本网|本站|本报|本刊|观点|立场)|侵(?:权|犯).{0,12}(?:联系|删除)|新闻热线|投稿邮箱"
)


def is_furniture(text: str) -> bool:
    """Whether a line is no part of the body wherever it stands.

    Examples
    --------
    >>> [is_furniture(line) for line in ("— 3 —", "图为窗口。 王某 摄", "责任编辑：王某", "压缩至3个工作日。")]
    [True, True, True, False]
    """
    if len(text) > 200:
        return False
    if _ANYWHERE.match(text):
        return True
    return _LABELLED.match(text) is not None and not (_SENTENCE_END.search(text) and len(text) > 40)


def mark(lines: list[Line]) -> None:
    """Set ``hint`` to "noise" on every line that is no part of the body."""
    for line in lines:
        if not line.hint and is_furniture(line.text):
            line.hint = "noise"
    _bare_numbers(lines)
    body = [at for at, line in enumerate(lines) if not line.hint and _is_sentence(line.text)]
    if not body:
        return
    _tail_notices(lines)
    body = [at for at in body if not lines[at].hint]
    if not body:
        return
    first, last = body[0], body[-1]
    for at in (*range(first), *range(last + 1, len(lines))):
        line = lines[at]
        if not line.hint and len(line.text) <= 80 and _EDGE.match(line.text):
            line.hint = "noise"
    _repeated(lines, first)


def _bare_numbers(lines: list[Line]) -> None:
    """Mark a number that stands alone in a line as a page number if it is one of a series or beside a gap.

    Else it may be what is left of a formula or a table.
    """
    bare = {at: int(line.text) for at, line in enumerate(lines) if _BARE.match(line.text) and not line.hint}
    values = set(bare.values())
    for at, value in bare.items():
        gap = lines[at].gap or (at + 1 < len(lines) and lines[at + 1].gap) or at + 1 == len(lines)
        if gap or value + 1 in values or value - 1 in values:
            lines[at].hint = "noise"


def _is_sentence(text: str) -> bool:
    return len(text) >= 12 and _SENTENCE_END.search(text) is not None


def _tail_notices(lines: list[Line]) -> None:
    """Mark what stands below "版权声明", "相关阅读" and the like, and single notices near the end."""
    floor = max(len(lines) // 2, len(lines) - 40)
    tail = False
    for at in range(floor, len(lines)):
        line = lines[at]
        if not tail and _TAIL_START.match(line.text):
            tail = True
        if tail or (not line.hint and _NOTICE.search(line.text) and at > floor):
            line.hint = "noise"


def _repeated(lines: list[Line], first: int) -> None:
    """Mark repetitions: a title given again in the head, and a short line that stands on every page."""
    seen: set[str] = set()
    for line in lines[: first + 1]:
        if line.hint or _is_sentence(line.text):
            continue
        if line.text in seen:
            line.hint = "noise"
        seen.add(line.text)
    if lines[-1].page == 0:
        return
    pages = Counter(text for text, _ in {(line.text, line.page) for line in lines if len(line.text) <= 50})
    for line in lines:
        if not line.hint and pages[line.text] >= 3 and not _is_sentence(line.text):
            line.hint = "noise"
