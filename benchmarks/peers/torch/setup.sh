#!/bin/sh
# Makes a Python environment for the peers and prints its interpreter. Usage: sh setup.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-"${XDG_CACHE_HOME:-$HOME/.cache}/recdistill/peers"}
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --requirement "$here/requirements.txt"
cd "$here" && "$folder/bin/python" -m unittest --quiet
echo "$folder/bin/python"
