#!/bin/bash
# prove.sh FOLDER [OPTIONS]: builds a Bookworm and a Trixie below FOLDER (kept for the next time), builds the packages of
# this checkout, and looks at both side by side: everything that check.py knows, and one table at the end. Root rights;
# about a quarter of an hour. OPTIONS are check.py's: --short, --only ROOM, --table FILE.
set -euo pipefail
folder=${1:?usage: prove.sh FOLDER [OPTIONS]}
shift
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../../.." && pwd)
mkdir -p "$folder"
for python in ${PYTHON:+"$PYTHON"} "$checkout"/.venv*/bin/python; do
  "$python" -c 'import click, pydantic' 2> /dev/null && break
done
for suite in bookworm trixie; do
  "$here/build-root.sh" "$folder/$suite" "$suite"
  PYTHON=$python "$here/build-packages.sh" "$folder/$suite"
done
cd "$checkout"
exec "$python" -m tests.target.systemd.check "$@" "$folder/bookworm" "$folder/trixie"
