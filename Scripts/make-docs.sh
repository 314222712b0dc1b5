#!/usr/bin/env bash
# Writes the reference pages of the libraries, from their doc comments, as one site: docs-site/, with a front page.
#
# Only the libraries' declarations are compiled, without the bodies of functions and without the tests, the examples and the command line: half
# a minute, where dumping the package's symbol graphs compiles all of it.
set -euo pipefail
cd "$(dirname "$0")/.."
libraries=(NablaArray Nabla NablaNN NablaTraining)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/modules" "$work/archives"

# What SwiftPM would pass: a module map for each C target, and where the system's headers lie.
clang=(-Xcc "-I$PWD/Sources/COpenBLAS" -Xcc "-I$PWD/Sources/CZlib")
for target in CNablaRuntime CNablaKernels COneDNN; do
    {
        echo "module $target {"
        for header in "$PWD/Sources/$target/include"/*.h; do echo "    header \"$header\""; done
        echo "    export *"
        echo "}"
    } > "$work/$target.modulemap"
    clang+=(-Xcc "-fmodule-map-file=$work/$target.modulemap" -Xcc "-I$PWD/Sources/$target/include")
done
for target in COpenBLAS CZlib; do clang+=(-Xcc "-fmodule-map-file=$PWD/Sources/$target/module.modulemap"); done
for flag in $(pkg-config --cflags openblas zlib); do clang+=(-Xcc "$flag"); done

for library in "${libraries[@]}"; do
    find "Sources/$library" -name '*.swift' -print0 | xargs -0 swiftc -emit-module -module-name "$library" -parse-as-library -swift-version 6 \
        -package-name Nabla -module-cache-path "$work/cache" -I "$work/modules" "${clang[@]}" \
        -emit-module-path "$work/modules/$library.swiftmodule" -Xfrontend -experimental-skip-all-function-bodies
    mkdir "$work/$library"
    swift symbolgraph-extract -module-name "$library" -I "$work/modules" "${clang[@]}" -module-cache-path "$work/cache" \
        -minimum-access-level public -skip-synthesized-members -output-dir "$work/$library"
    docc convert "docs/reference/$library.docc" --fallback-display-name "$library" --fallback-bundle-identifier "nabla.$library" \
        --additional-symbol-graph-dir "$work/$library" --output-dir "$work/archives/$library.doccarchive" > "$work/log" 2>&1 \
        || { cat "$work/log"; exit 1; }
done
rm -rf docs-site
docc merge "$work/archives"/*.doccarchive --synthesized-landing-page-name Nabla --output-path docs-site
cp docs/reference/index.html docs-site/index.html
for library in "${libraries[@]}"; do
    page="docs-site/documentation/$(echo "$library" | tr '[:upper:]' '[:lower:]')/index.html"
    [ -e "$page" ] || { echo "make-docs: expected $page, there is none" >&2; exit 1; }
done
echo "the pages are in docs-site/; to read them: python3 -m http.server --directory docs-site, then http://localhost:8000"
