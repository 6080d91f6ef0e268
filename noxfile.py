"""The tests in environments of their own: ``nox -s tests``, ``nox -s lowest``."""

import nox

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "uv"
nox.options.sessions = ["tests", "lowest"]
nox.options.error_on_missing_interpreters = False


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """Run the tests; arguments after ``--`` go to pytest."""
    session.install("-e", ".[test]")
    session.run("pytest", "-n", "2", *session.posargs)


@nox.session(python="3.11")
def lowest(session: nox.Session) -> None:
    """Run the tests with the oldest direct dependencies that are allowed."""
    session.install("--resolution=lowest-direct", "-e", ".[test]")
    session.run("pytest", "-n", "2", *session.posargs)
