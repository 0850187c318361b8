/* SPDX-License-Identifier: MIT
 *
 * base/clones.h - functions compiled a second time for AVX2; the program chooses when it starts.
 *
 * Use it only for loops whose elements do not depend on each other. Then all clones give the same
 * bits, because target "avx2" has no fused multiply-add.
 */
#ifndef BASE_CLONES_H
#define BASE_CLONES_H

#if defined __x86_64__ && defined __gnu_linux__ && defined __GNUC__ && !defined __clang__ &&       \
    !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ && !defined __AVX2__
#define GFN_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define GFN_CLONES
#endif

#endif
