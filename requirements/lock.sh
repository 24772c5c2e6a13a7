#!/bin/sh
# Writes the three locks (development, runtime, what a server runs: runtime with all extras but dev): exact versions with hashes for Python 3.11 to 3.13 on every platform, without registry addresses.
# Run it after a change of dependencies in pyproject.toml, with `uv` on PATH; read the diff before you commit it.
set -eu
cd "$(dirname "$0")/.."
compile() { uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --no-strip-extras --quiet "$@"; }
compile --all-extras --output-file requirements/dev.txt pyproject.toml requirements/build.in
compile --constraint requirements/dev.txt --output-file requirements/runtime.txt pyproject.toml requirements/build.in
compile --extra ui --extra postgres --extra s3 --extra celery --extra k8s --constraint requirements/dev.txt --output-file requirements/deploy.txt pyproject.toml requirements/build.in
