/* SPDX-License-Identifier: MIT
 *
 * One set of kernels. This file is compiled once for each instruction set, with KERNELS (its name)
 * and VECTOR_BYTES defined; without them it is the set that every processor can run.
 */
#ifndef KERNELS
#define KERNELS plain
#define VECTOR_BYTES 16
#endif

#include "grad/kernels.h"
#include "grad/kernel_hot.h"
#include "grad/kernel_product.h"
#include "grad/kernel_softmax.h"

#define TEXT(name) #name
#define NAME(name) TEXT(name)
#define JOIN(a, b) a##b
#define TABLE(name) JOIN(gfn_kernels_, name)

extern const gfn_kernels TABLE(KERNELS);

const gfn_kernels TABLE(KERNELS) = {
    .name = NAME(KERNELS),
    .product = product,
    .hot_forward = hot_forward,
    .hot_backward = hot_backward,
    .close_layer = close_layer,
    .log_softmax_forward = log_softmax_forward,
    .log_softmax_backward = log_softmax_backward,
    .exps = exps,
};
