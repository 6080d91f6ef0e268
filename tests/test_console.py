"""What a person sees while a run takes long, and where results go."""

import io
import sys

import pytest

from policycls import console
from policycls.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def _progress(seconds, part=0.5):
    return Progress(documents=1200, units=34567, part=part, seconds=seconds)


@pytest.fixture
def terminal(monkeypatch):
    """Give a function that makes a terminal of standard error, where pytest would put its own back before."""

    def opened():
        monkeypatch.setenv("TERM", "xterm")
        found = Terminal()
        monkeypatch.setattr(sys, "stderr", found)
        return found

    return opened


def test_a_long_run_shows_how_far_it_is_how_fast_and_how_long_it_takes(terminal):
    screen = terminal()
    with console.progress_bar(shown=True) as show:
        show(_progress(100.0))
        show(_progress(200.0, part=0.9))
    said = screen.getvalue()
    assert "1,200 documents" in said
    assert "34,567 sentences" in said
    assert "/s" in said
    assert "left" in said


def test_a_short_run_shows_nothing(terminal):
    screen = terminal()
    with console.progress_bar(shown=True) as show:
        show(_progress(console.PATIENCE / 2))
    assert screen.getvalue() == ""


@pytest.mark.parametrize(("shown", "kind"), [(True, io.StringIO), (False, Terminal)])
def test_nothing_is_shown_in_a_pipe_or_when_it_is_not_wanted(shown, kind, monkeypatch):
    monkeypatch.setattr(sys, "stderr", kind())
    with console.progress_bar(shown=shown) as show:
        assert show is None


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "0:00:00"), (61, "0:01:01"), (36_059.6, "10:01:00")])
def test_the_time_left_is_told_in_hours_minutes_and_seconds(seconds, said):
    assert console._clock(seconds) == said
