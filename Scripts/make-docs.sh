#!/usr/bin/env bash
# Writes reference pages for the libraries to docs-site/<library>, from doc comments.
set -euo pipefail
cd "$(dirname "$0")/.."
swift package dump-symbol-graph --minimum-access-level public --skip-synthesized-members > /dev/null
graphs="$(dirname "$(find .build -name 'Nabla.symbols.json' -print -quit)")"
rm -rf docs-site
mkdir docs-site
for library in NablaArray Nabla NablaNN NablaTraining; do
    folder="$(mktemp -d)"
    cp "$graphs/$library".symbols.json "$graphs/$library"@*.symbols.json "$folder" 2> /dev/null || true
    docc convert --fallback-display-name "$library" --fallback-bundle-identifier "nabla.$library" \
        --additional-symbol-graph-dir "$folder" --output-dir "docs-site/$library"
    rm -rf "$folder"
done
echo "pages are in docs-site/; serve one with: python3 -m http.server --directory docs-site/Nabla"
