#!/usr/bin/env bash
# Makes a package that depends on this one by version, as a user's would, builds it in release and runs it.
#
# The kernels are compiled with unsafe flags, which SwiftPM lets a versioned dependency have only from tools version 6.2 on.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# A repository with the present files, committed or not, under a version tag.
mkdir "$work/nabla"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
done | tar --null -T - -cf -) | tar -xf - -C "$work/nabla"
git -C "$work/nabla" init -q
git -C "$work/nabla" add -A
git -C "$work/nabla" -c user.name=test -c user.email=test@localhost commit -q -m "Version under test"
git -C "$work/nabla" tag 1.0.0

mkdir -p "$work/app/Sources/App"
cat > "$work/app/Package.swift" <<MANIFEST
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "App",
    dependencies: [.package(url: "file://$work/nabla", from: "1.0.0", traits: [])],
    targets: [
        .executableTarget(
            name: "App", dependencies: [.product(name: "NablaNN", package: "nabla"), .product(name: "NablaTraining", package: "nabla")])
    ]
)
MANIFEST
cat > "$work/app/Sources/App/main.swift" <<'PROGRAM'
import NablaNN
import NablaTraining

func program() throws {
    let x = Variable(NDArray(1.5))
    let y = x * x * x / 3
    let gx = grad(of: y, wrt: x, enableDoubleBackprop: true)
    let ggx = grad(of: gx, wrt: x)
    print(y, gx, ggx)

    func model() -> Sequential {
        Sequential {
            Linear(3, 2)
            tanh
        }
    }
    let written = model(), read = model()
    var snapshot = Snapshot()
    snapshot.add(written, as: "model")
    try SafeTensors(snapshot).write(to: "model.safetensors")
    try SafeTensors(contentsOf: "model.safetensors").snapshot().restore(read, as: "model")
    let input = NDArray([0.5, -1, 2] as [Float]).reshaped(to: [1, 3])
    print((read(input).array .== written(input).array).all())
}

try program()
PROGRAM
cd "$work/app"
swift package resolve 2> "$work/log" || { cat "$work/log"; exit 1; }
fetched="$(ls .build/checkouts)"
if [ "$fetched" != nabla ]; then
    echo "a package that depends on this one: expected nothing but nabla to be fetched, got" $fetched >&2
    exit 1
fi
expected="1.125 2.25 3.0
true"
output="$(swift run -c release App 2> "$work/log")" || { cat "$work/log"; exit 1; }
if [ "$output" != "$expected" ]; then
    echo "a package that depends on this one: expected '$expected', got '$output'" >&2
    exit 1
fi
echo "a package that depends on this one by version fetches nothing else, builds and prints:" $output
