from policycls.documents import seams


def test_words_go_on_and_sentences_begin():
    assert seams.score("持续优化营", "商环境，压缩") > 3
    assert seams.score("优化营商环境", "近年来，我市") < 0
    assert seams.score("推行……", "“一窗”") == 0


def test_the_table_that_ships_holds_no_long_stretches():
    loaded = seams.load()
    assert max(len(context.lstrip("^")) for context in loaded) <= 2
    assert all(0 <= followers.unseen <= 1 for followers in loaded.values())
