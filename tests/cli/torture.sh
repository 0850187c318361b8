#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A short torture: a few kills at random moments make no difference. First one of a program that
# draws other samples in the runs that are killed, to see that it finds a difference.
. "$top_srcdir/tests/cli/common.sh"
torture=$top_srcdir/scripts/torture

cat >spoiler <<'END_OF_SPOILER'
#!/usr/bin/env bash
for word; do
    case $word:${word##*/} in
    */*:*-[0-9]*) set -- "$@" --samples 77 ;;
    esac
done
exec "$GFN_DIST" "$@"
END_OF_SPOILER
chmod +x spoiler
"$torture" 1 --length 1 --ranks 1 --program ./spoiler >log 2>&1
if [ $? -ne 1 ] || ! grep -q 'other bits after' log || ! grep -q '[1-9] differences$' log; then
    bad "other samples make no difference: $(cat log)"
fi
"$torture" --ranks 0 >log 2>&1
[ $? -eq 2 ] || bad "no ranks: $(cat log)"

"$torture" 10 --length 1 --seconds 30 --verbose || failed=1
exit $failed
