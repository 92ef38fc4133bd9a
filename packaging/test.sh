#!/usr/bin/env bash
# test.sh [PYTEST ARGUMENT…]: does all set-up that is missing, then runs every check. Exit status 0: all passed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

set_up test
cd "$root"
export QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
failed=()
check() {
    printf '\n== %s\n' "$1"
    "${@:2}" || failed+=("$1")
}
check "ruff (style and mistakes)" "$python" -m ruff check
check "mypy (types)" "$python" -m mypy
check "import-linter (imports point down)" "$venv/bin/lint-imports"
# Tests wait more than they compute. Each worker may start an encoder, which takes 1 GB: four are enough for any machine.
check "pytest (behaviour)" "$python" -m pytest -n logical --maxprocesses 4 --dist worksteal "$@"

printf '\n'
if [ ${#failed[@]} != 0 ]; then
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
fi
echo "All checks passed."
