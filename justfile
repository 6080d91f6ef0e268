# List the chores.
default:
    @just --list

# Run the tests.
test *arguments:
    pytest -n 2 {{arguments}}

# Measure which branches of the package the tests take, in child processes too.
coverage *arguments:
    coverage erase
    coverage run -m pytest -n 2 {{arguments}}
    coverage combine -q
    coverage report

# Check style, types and imports.
lint:
    ruff check .
    ruff format --check .
    mypy
    pyright
    lint-imports

# Build the site, strictly.
docs:
    mkdocs build --strict

# Show the site, and build it anew when a page changes.
docs-serve:
    mkdocs serve --watch README.md --watch README.zh-CN.md

# Run the tests under every Python from 3.11 that is there.
versions *arguments:
    nox -s tests -- {{arguments}}

# Run the tests with the oldest versions of the dependencies that are allowed.
lowest *arguments:
    nox -s lowest -- {{arguments}}

# All that must hold before a release.
release-check:
    python .ci/release_check.py

# Measure everything: accuracy and what each part is worth, vocabulary, speed.
bench *external: (accuracy external)
    python benchmarks/pruning.py
    python benchmarks/speed.py

# Rebuild the shipped model from the corpus.
model:
    policycls train corpus -o models/default

# From scratch: check the corpus, build the model, measure how right it is.
rebuild *external: && (accuracy external)
    python benchmarks/corpus_figures.py --check
    policycls train corpus -o models/default

# How right the model is, what each part is worth, curves, errors.
accuracy *external:
    python benchmarks/accuracy.py {{external}}
    python benchmarks/ablation.py
    python benchmarks/curves.py
    python benchmarks/errors.py

# Count the corpus anew for its datasheet.
datasheet:
    python benchmarks/corpus_figures.py

# Pin everything for development, with hashes, for Linux with Python 3.11; pins that still do stay.
lock *arguments:
    uv pip compile -q {{arguments}} --generate-hashes --extra test --python-version 3.11 --python-platform linux \
        --no-annotate --no-header --no-emit-index-url --no-emit-find-links --no-emit-package policycls \
        -o requirements/dev.lock pyproject.toml
    sed -i '1i # Everything for development and tests on Linux with Python 3.11, with the hashes of all files.\n# Made by `just lock`; installed by: pip install --require-hashes -r requirements/dev.lock' requirements/dev.lock

# List the licences of all that is installed with policycls.
licences:
    python requirements/licences.py

# Run all that continuous integration runs.
ci:
    .ci/run
