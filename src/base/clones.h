/* SPDX-License-Identifier: MIT
 *
 * base/clones.h - functions that are compiled once more for wider vectors and chosen when the
 * program starts. Only for loops over elements that do not meet: AVX2 brings no fused operations,
 * so that all clones give the same bits.
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
