"""What only some systems can: hold a process to so much memory and so many files."""

from __future__ import annotations


def hold_memory(size: int) -> bool:
    """Let this process have at most ``size`` bytes of address space; False where that cannot be asked for."""
    try:
        import resource
    except ImportError:  # Windows
        return False
    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    except (OSError, ValueError):  # less is allowed already
        return False
    return True
