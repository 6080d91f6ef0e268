"""What systems do differently: limits of a process, signals, which processes run.

What only POSIX has is imported here alone, and where it is missing the rest works without it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType


def hold_memory(size: int) -> bool:
    """Let this process have at most ``size`` bytes of address space, until it is asked for more.

    False where that cannot be asked for.
    """
    try:
        import resource
    except ImportError:  # Windows
        return False
    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (OSError, ValueError):  # no more than less is allowed
        return False
    return True


def memory() -> tuple[int, int]:
    """Return the bytes of address space and of memory that this process has; 0 and 0 without ``/proc``."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()
        size = os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0, 0
    return int(pages[0]) * size, int(pages[1]) * size


def ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def on_termination(act: Callable[[], None]) -> None:
    """Call ``act`` at SIGTERM, once: what unwinds then must not be torn."""

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        act()

    with contextlib.suppress(ValueError):  # not in the main thread, where tests may call this
        signal.signal(signal.SIGTERM, end)


def machine() -> str:
    """Return the name of this machine; it is not asked for over the network."""
    return os.environ.get("COMPUTERNAME", "") if os.name == "nt" else os.uname().nodename


def running(pid: int) -> bool:
    """Say whether a process of this machine runs; where one may not know, yes."""
    if sys.platform == "win32":  # os.kill(pid, 0) would end it
        import ctypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not handle:
            return ctypes.get_last_error() == 5  # ERROR_ACCESS_DENIED: another user's
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == 259  # STILL_ACTIVE
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
