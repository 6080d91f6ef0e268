# List the chores.
default:
    @just --list

# Run the tests.
test *arguments:
    pytest -n 2 {{arguments}}

# Check style, types and imports.
lint:
    ruff check .
    ruff format --check .
    mypy
    lint-imports

# Measure accuracy and speed.
bench:
    python benchmarks/accuracy.py
    python benchmarks/speed.py

# Rebuild the shipped model from the corpus.
model:
    python -m policycls.learning.ship

# Count the corpus anew for its datasheet.
datasheet:
    python benchmarks/corpus_figures.py

# Run all that continuous integration runs.
ci:
    .ci/run
