#!/usr/bin/env bash
# run.sh [FOLDER…]: does all set-up that is missing, then opens photofind's window. Arguments go to the program.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

set_up run
if [ "$(uname)" != Darwin ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; then
    give_up "There is no display to open a window on; from a terminal, \`$venv/bin/photofind index FOLDER\` and \`$venv/bin/photofind search WORDS\` do the same work (--help lists all)."
fi
exec "$python" -m photofind "$@"
