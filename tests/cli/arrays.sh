#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Arrays that NumPy writes, of every type, byte order and order of the axes, are the same run; for
# those that are refused, NumPy does what the hint says, and then they are read. PYTHON is the
# interpreter; without numpy the test is skipped. (tests/unit/io/npy.c: the same bytes, without)
. "$top_srcdir/tests/cli/common.sh"
python=${PYTHON:-python3}

"$python" -c 'import numpy' 2>/dev/null || {
    echo "no numpy for $python"
    exit 77
}

# In rewards/ and states/, one file a type: the same numbers, on a grid that is not symmetric.
mkdir rewards states
"$python" - <<'END' || bad "numpy does not write the arrays"
import numpy
types = ["|b1", "|i1", "|u1"] + [order + t for order in "<>" for t in
         ("i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8")]
y, x = numpy.mgrid[0:6, 0:6]
reward = ((y * 6 + x) % 7 < 3).astype("<f8")  # 0 and 1: of every type
cells = numpy.argwhere(y <= x)
def save(path, array, version=None):
    with open(path, "wb") as out:
        numpy.lib.format.write_array(out, array, version=version)
save("rewards.npy", reward)
save("states.npy", cells.astype("<i4"))
for t in types:
    save(f"rewards/{t[1:]}-{ord(t[0])}.npy", reward.astype(t))
    if t != "|b1":
        save(f"states/{t[1:]}-{ord(t[0])}.npy", cells.astype(t))
for t in ("<f8", ">f8", ">i2", "|b1"):
    save(f"rewards/fortran-{t[1:]}-{ord(t[0])}.npy", numpy.asfortranarray(reward.astype(t)))
for version in (2, 3):
    save(f"rewards/version-{version}.npy", reward, (version, 0))
    save(f"states/version-{version}.npy", numpy.asfortranarray(cells), (version, 0))
save("rewards/slice.npy", numpy.repeat(reward, 2, axis=1)[:, ::2])
END

job=(--size 6 --iterations 20 --batch-size 16 --samples 50 --schedule constant --quiet)
# same DIRECTORY OPTION...: with each file as the value of the last option, the same bits.
same() {
    local from=$1 file
    shift
    "$GFN_DIST" "${job[@]}" "$@" "$from.npy" --out "$from-one" || bad "it fails: $from.npy"
    for file in "$from"/*.npy; do
        "$GFN_DIST" "${job[@]}" "$@" "$file" --out run || bad "it fails: $file"
        diff <(bits "$from-one" | tail -n 1) <(bits run | tail -n 1) >other &&
            [ "$(bits run | head -n 1)" = "$(bits "$from-one" | head -n 1)" ] ||
            bad "$file is another run: $(cat other)"
        [ ! -e run/reward.npy ] || cmp rewards.npy run/reward.npy || bad "$file: another copy"
        cases=$((cases + 1))
        rm -rf run
    done
}
same rewards --reward file --reward-file
same states --terminal-states

# ---- hints

# cured NAME WHAT OPTION...: `bad`, made from the right `good`, is refused with the hint of an
# expression of `array`, which NumPy computes; what it gives is read.
cured() {
    local make=$1 hint=$2
    shift 2
    "$python" -c "import numpy
good = numpy.load('$good')
numpy.save('bad.npy', $make)" || bad "numpy: $make"
    refused 2 "bad.npy: .*$everything" "${job[@]}" "$@" bad.npy --out none
    sed -E 's/.*\(hint: (.*)\)$/\1/' err >hint
    grep -qF -- "$hint" hint || bad "$make: expected the hint $hint, found $(cat hint)"
    "$python" -W ignore -c "import numpy
good = numpy.load('$good')
array = $make
numpy.save('cured.npy', $hint)" || bad "numpy: $hint"
    "$GFN_DIST" "${job[@]}" "$@" cured.npy --out run || bad "$make: $hint is no cure"
    rm -rf run
}
good=rewards.npy
for make in good.astype\(\'g\'\) good.astype\(str\) "good.astype('S')" 'good.astype(object)' \
    "good.astype('m8[s]')" "good.astype('M8[25us]')" 'good.astype("u8") + numpy.uint64(2**63 + 1)' \
    'good.astype("i8") + (2**53 + 1)'; do
    cured "$make" 'array.astype("<f8")' --reward file --reward-file
done
cured 'good + 0j' 'array.real.astype("<f8")' --reward file --reward-file
cured "good.view('V8')" 'array.view("<f8")' --reward file --reward-file
cured "good.view([('NAME', '<f8')])" 'array["NAME"]' --reward file --reward-file
good=states.npy
for make in good.astype\(\'g\'\) 'good.astype(str)' "good.astype('S')" 'good.astype(object)' \
    "good.astype('m8[s]')"; do
    cured "$make" 'array.astype("<i4")' --terminal-states
done
cured 'good.astype("c8")' 'array.real.astype("<i4")' --terminal-states
cured "good.view('V4')" 'array.view("<i4")' --terminal-states
cured "good.view([('NAME', '<i4')])" 'array["NAME"]' --terminal-states
cured 'good + 1e-9' 'array.round().astype("<i4")' --terminal-states
for make in 'good.astype("u8") + numpy.uint64(2**63 + 1)' 'good.astype("i8") - 2**40' 'good * numpy.nan'; do
    "$python" -c "import numpy
good = numpy.load('$good')
numpy.save('bad.npy', $make)"
    refused 2 'bad.npy: element \[0, 0\]: expected a whole number of 32 bits, found .* \(hint: numpy.abs' \
        "${job[@]}" --terminal-states bad.npy --out none
done
echo "$cases cases"
exit $failed
