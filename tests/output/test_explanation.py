"""Why a text has its label: the words that decided, each once, with all that speaks in it."""

from sample_units import LABELS

from policycls.model.explanation import Explanation, Reason
from policycls.output import Layout
from policycls.output.explanation import explanation_record, explanation_text

# 容缺 and 受理 are words; 容缺受理 is a pair of them; 缺受 runs from one into the other.
ROWS = [
    Reason("approval_streamlining", "容缺", "word", 2, 4, 0.5),
    Reason("approval_streamlining", "受理", "word", 4, 6, 0.25),
    Reason("approval_streamlining", "容缺受理", "word", 2, 6, 0.125),
    Reason("approval_streamlining", "受", "characters", 4, 5, 0.25),
    Reason("approval_streamlining", "理", "characters", 5, 6, 0.5),
    Reason("approval_streamlining", "缺受", "characters", 3, 5, -0.25),
    Reason("approval_streamlining", "", "bias", -1, -1, -0.75),
    Reason("financing", "受理", "word", 4, 6, -9.0),
]
SCORES = {**dict.fromkeys(LABELS.ids, 0.04), "approval_streamlining": 0.8}
FOUND = Explanation("approval_streamlining", SCORES, {}, tuple(ROWS))


def _shown(found, lang="en", limit=12):
    return [line.split() for line in explanation_text(found, Layout(LABELS, lang), limit)]


def test_characters_count_to_the_word_they_stand_in():
    lines = _shown(FOUND)
    assert lines[0] == ["approval_streamlining"]
    start = lines.index(["for", "approval_streamlining"])
    assert lines[start + 1 : start + 4] == [["受理", "+1.000"], ["容缺", "+0.500"], ["容缺受理", "+0.125"]]
    start = lines.index(["against", "approval_streamlining"])
    assert lines[start + 1 :] == [
        ["-", "-0.750", "before", "any", "word"],
        ["缺受", "-0.250", "between", "words"],
    ]


def test_what_is_shown_adds_up_to_what_the_model_said():
    weights = [float(line[1]) for line in _shown(FOUND) if len(line) > 1 and line[1][0] in "+-"]
    assert sum(weights) == sum(row[5] for row in ROWS if row[0] == FOUND.label)


def test_chinese_and_short_on_request():
    lines = _shown(FOUND, "zh", 1)
    assert lines[0] == ["审批提速"]
    assert ["支持“审批提速”"] in lines and ["受理", "+1.000"] in lines
    assert not any("容缺" in line for line in lines)


def test_a_text_without_measure_shows_the_best_measures_words():
    found = Explanation("none", SCORES, {}, tuple(ROWS))
    lines = _shown(found)
    assert lines[0] == ["none"]
    assert ["for", "approval_streamlining"] in lines


def test_the_record_has_every_row():
    record = explanation_record(FOUND, "推行容缺受理")
    assert len(record["weights"]) == len(ROWS)
    assert record["weights"][0] == {
        "label": "approval_streamlining", "term": "容缺", "kind": "word", "start": 2, "end": 4, "weight": 0.5,
    }  # fmt: skip
