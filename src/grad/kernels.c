/* SPDX-License-Identifier: MIT
 *
 * One set of kernels. This file is compiled once per instruction set, with KERNELS (the name of the
 * set) and VECTOR_BYTES defined. Without them it gives the set "plain", which runs on every
 * processor.
 */
#ifndef KERNELS
#define KERNELS plain
#define VECTOR_BYTES 16
#endif

#include "grad/kernels.h"
#include "grad/kernel_exp.h"
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
    .activation_backward = activation_backward,
    .log_softmax_forward = log_softmax_forward,
    .log_softmax_backward = log_softmax_backward,
    .exps_double = exps_double,
};
