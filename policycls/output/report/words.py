"""What the page says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: What stands in the page itself.
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("Measures in policy documents", "政策文件措施分析"),
    "lead": ("{documents} documents, {units} sentences and headings, {characters} characters",
             "共 {documents} 份文件、{units} 个句子和标题、{characters} 字"),
    "skip": ("Skip to the text", "跳到正文"),
    "contents": ("On this page", "本页目录"),
    "language": ("Language", "语言"),
    "read": ("What was read", "读取情况"),
    "documents": ("documents", "文件"), "units": ("sentences", "句数"), "characters": ("characters", "字数"),
    "to_review": ("to review", "需复核"),
    "skipped": ("skipped", "未处理"), "measures": ("measures", "措施句"),
    "nothing_skipped": ("Every input was read.", "全部输入均已读取。"),
    "skipped_head": ("Skipped inputs", "未处理的输入"),
    "input": ("Input", "输入"), "reason": ("Reason", "原因"),
    "by_label": ("By label", "按标签统计"),
    "label": ("Label", "标签"), "count": ("Sentences", "句数"), "share": ("Share", "占比"),
    "per_10k": ("In 10,000 characters", "每万字句数"), "picture": ("Share, with interval", "占比及区间"),
    "interval": ("Intervals are 95 %, from drawing whole documents again; with one document there is none.",
                 "区间为 95% 置信区间，按整份文件重抽样得出；只有一份文件时没有区间。"),
    "by_column": ("By {column}", "按{column}统计"),
    "panels": ("Share of each measure among all sentences, by {column}; the line is the 95 % interval.",
               "各类措施占全部句子的比例，按{column}分组；横线为 95% 区间。"),
    "figures": ("The figures as a table", "查看数字表"),
    "left_out": ("Not compared, since they hold too many different values: {names}.",
                 "以下列取值过多，未作比较：{names}。"),
    "heat": ("Document by label", "文件与标签对照"),
    "heat_how": ("Sentences of each label; the stronger the tint, the larger its share of the "
                 "document. A number leads to its sentences.",
                 "表中为各标签的句数，底色越浓，占该文件的比例越大。点击数字可查看对应句子。"),
    "document": ("Document", "文件"), "total": ("All", "合计"),
    "first": ("To review first", "优先复核"),
    "first_how": ("The sentences that the model is least sure of, the least sure first.",
                  "模型最没有把握的句子，把握最小的排在最前。"),
    "first_more": ("{shown} of {all} are listed; the text marks the others with “?”.",
                   "此处列出 {all} 句中的 {shown} 句，其余在正文中以“?”标出。"),
    "first_none": ("Nothing needs a second look.", "没有需要复核的句子。"),
    "sure": ("{percent} % sure", "把握 {percent}%"),
    "likeness": ("Like the training documents?", "与训练文件是否相近"),
    "likeness_how": ("Beside documents that the model was tested on and had not seen.",
                     "与模型测试时所用、未参与训练的文件相比。"),
    "here": ("Here", "本次"), "there": ("Test documents", "测试文件"),
    "unknown": ("Words that the model does not know", "模型不认识的词"),
    "mean_sure": ("Mean probability of the label given", "所给标签的平均概率"),
    "share_of": ("Share of", "占比："),
    "unknown_words": ("Frequent unknown words:", "常见生词："),
    "text": ("The documents", "文件正文"),
    "text_how": ("Each sentence is tinted by its label and carries its letter; “?” means that a person "
                 "should look. Point at a sentence for its scores; choose one to mend its label.",
                 "句子按标签着色，并标有字母；“?”表示建议人工复核。指向句子可看得分，选中句子可改标签。"),
    "text_words": ("Underlined words decided.", "下划线词语为判断依据。"),
    "filters": ("Filters", "筛选"), "search": ("Text", "文字"), "score": ("Score in %", "得分（%）"),
    "from": ("from", "最低"), "to": ("to", "最高"), "only_review": ("to review only", "只看需复核"),
    "only_mended": ("mended only", "只看已改"), "clear": ("Show everything", "显示全部"),
    "key": ("Key", "图例"),
    "model": ("The model", "模型说明"), "model_id": ("Model", "模型"), "version": ("Version", "软件版本"),
    "labels_version": ("Label set", "标签体系版本"), "trained_on": ("Trained on", "训练语料"),
    "corpus": ("{documents} documents, {units} sentences", "{documents} 份文件，{units} 个句子"),
    "made": ("Page made", "页面生成日期"), "model_date": ("Model made", "模型日期"),
    "no_card": ("Nothing more is known of this model.", "没有该模型的更多信息。"),
    "evaluated": ("Measured on {documents} documents ({units} sentences) that it had not seen",
                  "在未参与训练的 {documents} 份文件（{units} 句）上测得"),
    "figure": ("Figure", "指标"), "value": ("Value", "数值"), "interval_95": ("95 % interval", "95% 区间"),
    "accuracy": ("Accuracy", "准确率"), "macro_f1": ("Macro-F1", "宏平均 F1"),
    "set_f1": ("F1 over all labels of a sentence", "全部标签 F1"),
    "detection_f1": ("F1 of measure or none", "是否措施 F1"),
    "label_given_detection": ("Right label where both see one", "均判为措施时标签正确率"),
    "ece": ("Calibration error", "校准误差"), "brier": ("Brier score", "Brier 分数"),
    "f1_of": ("F1 of", "F1："),
    "limits": ("Tags are suggestions: a person decides. Shares tell what documents say, not what was done.",
               "标签仅为建议，应由人工判断。占比反映文件的表述，不等于实际工作成效。"),
    "panel": ("Mend the label", "改标签"), "note": ("Note", "备注"), "undo": ("Undo", "撤销"),
    "save": ("Save corrections", "保存改正结果"),
    "keys": ("Keys", "快捷键"),
    "keys_how": ("With a sentence chosen: {keys} set its label, 0 none; ↑ ↓ go to the next; "
                 "N writes a note; U undoes; Esc leaves.",
                 "选中句子后：{keys} 设标签，0 为非措施；↑ ↓ 换句；N 写备注；U 撤销；Esc 退出。"),
    "no_script": ("Filters and mending need JavaScript; everything else is here without it.",
                  "筛选和改标签需要启用 JavaScript，其余内容不受影响。"),
    "open_scores": ("scores", "得分"),
}  # fmt: skip

#: Columns about documents that many tables have.
COLUMNS: Final = (
    ("region", "地区"), ("year", "年份"), ("genre", "文种"), ("month", "月份"),
    ("source", "来源"), ("date", "日期"),
    ("province", "省份"), ("city", "城市"), ("district", "区县"), ("department", "部门"), ("title", "标题"),
)  # fmt: skip

#: What the page's script says.
SCRIPT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "all_documents": ("All documents", "全部文件"),
    "shown": ("{shown} of {all} sentences shown", "显示 {all} 句中的 {shown} 句"),
    "none_chosen": ("Choose a sentence in the text to mend its label.", "在正文中选中句子，即可改标签。"),
    "mended": ("{n} mended", "已改 {n} 句"),
    "place": ("{doc}, no. {unit}", "{doc} 第 {unit} 句"),
    "page": (", page {page}", "，第 {page} 页"),
    "said": ("{letter} {label}", "{letter} {label}"),
    "was": ("model: {label}", "模型：{label}"),
    "unsaved": ("The browser does not keep this work: save the corrections before you leave.",
                "浏览器无法保留改动，离开前请先保存改正结果。"),
}  # fmt: skip
