/* SPDX-License-Identifier: MIT
 *
 * Every set of kernels of this processor is compared with plain loops in double and with the
 * others.
 */
#include "tests/unit/grad/common.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "grad/frame.h"

enum { SHAPES = 400, MOST = 320, PADDING = 5 };

static const gfn_real untouched = (gfn_real)-77.25;

typedef struct matrix {
    size_t rows, cols, row, col; /* element (i, j) at x[i*row + j*col] */
    gfn_real *x;
} matrix;

/* Allocates exactly the range of the elements, so that AddressSanitizer detects an access beyond
 * it. */
static matrix make_matrix(noise *state, size_t rows, size_t cols, bool is_transposed)
{
    size_t padding = below(state, 3) * below(state, PADDING);
    matrix m = {.rows = rows, .cols = cols, .row = cols + padding, .col = 1};
    if (is_transposed) {
        m.row = 1;
        m.col = rows + padding;
    }
    size_t n = rows && cols ? (rows - 1) * m.row + (cols - 1) * m.col + 1 : 1;
    m.x = make_params(state, n, 1);
    return m;
}

static size_t some_size(noise *state)
{
    static const size_t sizes[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  11, 12,  13,  15,
                                   16, 17, 24, 31, 32, 33, 63, 64, 65, 96, 127, 128, 300};
    return sizes[below(state, LENGTH(sizes))];
}

static double activated(double z, gfn_activation activation)
{
    switch (activation) {
    case GFN_RELU:
        return z > 0 ? z : 0;
    case GFN_LEAKY_RELU:
        return z > 0 ? z : z / 100;
    case GFN_TANH:
        return tanh(z);
    default:
        return z;
    }
}

/* Element (i, j) of the product, and a bound of its rounding error. */
static double reference(const gfn_product *p, const gfn_real *start, size_t i, size_t j,
                        double *error)
{
    double sum = start ? (double)start[i * p->start_row + j] : 0, size = fabs(sum);
    for (size_t l = 0; l < p->k; l++) {
        double term =
            (double)p->a[i * p->a_row + l * p->a_col] * (double)p->b[l * p->b_row + j * p->b_col];
        sum += term;
        size += fabs(term);
    }
    *error = EPSILON * (double)(p->k + 4) * (size + 1e-3);
    return activated(sum, p->activation);
}

static void check_product(noise *state, const gfn_kernels *kernels)
{
    const size_t m = some_size(state), n = some_size(state), k = some_size(state);
    const size_t kind = below(state, 3); /* start: NULL, a bias, c */
    matrix a = make_matrix(state, m, k, below(state, 2)),
           b = make_matrix(state, k, n, below(state, 2));
    matrix c = make_matrix(state, m, n, false), bias = make_matrix(state, 1, n, false);
    const size_t c_size = m && n ? (m - 1) * c.row + n : 0;
    for (size_t i = 0; kind < 2 && i < c_size; i++)
        c.x[i] = untouched;
    gfn_real *before = malloc((c_size + 1) * sizeof *before);
    memcpy(before, c.x, c_size * sizeof *before);
    gfn_product p = {.m = m,
                     .n = n,
                     .k = k,
                     .a = a.x,
                     .a_row = a.row,
                     .a_col = a.col,
                     .b = b.x,
                     .b_row = b.row,
                     .b_col = b.col,
                     .c = c.x,
                     .c_row = c.row,
                     .activation = (gfn_activation)below(state, 4)};
    p.start = kind == 0 ? NULL : kind == 1 ? bias.x : c.x;
    p.start_row = kind == 2 ? c.row : 0;
    kernels->product(&p);
    const gfn_real *start = kind == 2 ? before : p.start;
    for (size_t at = 0; at < c_size; at++) {
        const size_t i = at / c.row, j = at % c.row;
        double error = 0, expected = (double)before[at];
        if (j < n)
            expected = reference(&p, start, i, j, &error);
        if (!(fabs((double)c.x[at] - expected) <= error))
            fail_msg("%s: product %zu x %zu x %zu, element (%zu, %zu) is %g, expected %g",
                     kernels->name, m, k, n, i, j, (double)c.x[at], expected);
    }
    free(before);
    free(a.x);
    free(b.x);
    free(c.x);
    free(bias.x);
}

static void products_agree_with_plain_loops(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);) {
        const gfn_kernels *kernels;
        assert_int_equal(gfn_kernels_choose(&kernels), GFN_OK);
        noise random = 20230;
        for (size_t i = 0; i < SHAPES; i++)
            check_product(&random, kernels);
    }
}

/* A log-softmax alone on its tape. */
typedef struct softmax {
    gfn_tape *tape;
    gfn_frame *frame;
    size_t rows, cols;
    gfn_real *x, *y, *dx, *dy;
    uint8_t *mask;
} softmax;

static softmax make_softmax(size_t rows, size_t cols)
{
    softmax s = {.rows = rows, .cols = cols};
    assert_int_equal(gfn_tape_create(&s.tape), GFN_OK);
    gfn_axis axis = gfn_tape_axis(s.tape);
    gfn_var x = gfn_input(s.tape, axis, cols), mask = gfn_input_bytes(s.tape, axis, cols);
    gfn_tape_track(s.tape, x);
    gfn_var y = gfn_log_softmax(s.tape, x, mask);
    assert_int_equal(gfn_tape_finish(s.tape), GFN_OK);
    s.frame = make_frame(s.tape, rows);
    s.x = gfn_frame_reals(s.frame, x);
    s.y = gfn_frame_reals(s.frame, y);
    s.dx = gfn_frame_gradient(s.frame, x);
    s.dy = gfn_frame_gradient(s.frame, y);
    s.mask = gfn_frame_bytes(s.frame, mask);
    return s;
}

static void clear_softmax(softmax *s)
{
    gfn_frame_destroy(&s->frame);
    gfn_tape_destroy(&s->tape);
}

static void check_softmax_row(const softmax *s, size_t row)
{
    const gfn_real *x = s->x + row * s->cols, *y = s->y + row * s->cols;
    const gfn_real *dx = s->dx + row * s->cols, *dy = s->dy + row * s->cols;
    const uint8_t *mask = s->mask + row * s->cols;
    double largest = -INFINITY, sum = 0, total = 0, size = 0;
    for (size_t j = 0; j < s->cols; j++)
        if (mask[j] && (double)x[j] > largest)
            largest = (double)x[j];
    for (size_t j = 0; j < s->cols; j++)
        if (mask[j]) {
            sum += exp((double)x[j] - largest);
            total += (double)dy[j];
            size += fabs((double)dy[j]);
        }
    for (size_t j = 0; j < s->cols; j++) {
        const double expected = (double)x[j] - largest - log(sum);
        if (!mask[j]) {
            assert_true(isinf(y[j]) && y[j] < 0);
            assert_true(dx[j] == 0);
            continue;
        }
        /* The sum of `cols` exponentials may have as many rounding errors. */
        const double error = EPSILON * (4 + (double)s->cols + fabs(expected));
        assert_true(fabs((double)y[j] - expected) <= error);
        assert_true(fabs((double)dx[j] - ((double)dy[j] - exp(expected) * total)) <=
                    error * (4 + size));
    }
}

static void log_softmax_agrees_with_the_mathematical_library(void **state)
{
    (void)state;
    static const size_t widths[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 256, 257, 700};
    static const double scales[] = {1e-3, 1, 10, 200, 1e4};
    for (size_t set = 0; next_kernels(&set);)
        for (size_t i = 0; i < LENGTH(widths); i++)
            for (size_t j = 0; j < LENGTH(scales); j++) {
                noise random = 77 * i + j;
                softmax s = make_softmax(1 + below(&random, 150), widths[i]);
                fill(&random, s.x, s.rows * s.cols, scales[j]);
                for (size_t k = 0; k < s.rows * s.cols; k++)
                    s.mask[k] = (uint8_t)below(&random, 3);
                gfn_frame_forward(s.frame, NULL);
                fill(&random, s.dy, s.rows * s.cols, 1);
                gfn_frame_backward(s.frame, NULL, 2, NULL);
                for (size_t row = 0; row < s.rows; row++)
                    check_softmax_row(&s, row);
                clear_softmax(&s);
            }
}

/* For x = (0, -t): y_0 = -log(1 + exp(-t)), and dy = (1, 0) gives dx_1 = -exp(y_1). */
static void exponentials_are_exact_to_the_last_places(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    for (size_t set = 0; next_kernels(&set);) {
        softmax s = make_softmax(ROWS, 2);
        memset(s.mask, 1, 2 * ROWS);
        for (size_t i = 0; i < ROWS; i++)
            s.x[2 * i + 1] = (gfn_real)(-86.5 * (double)i / ROWS);
        gfn_frame_forward(s.frame, NULL);
        for (size_t i = 0; i < ROWS; i++)
            s.dy[2 * i] = 1;
        gfn_frame_backward(s.frame, NULL, 2, NULL);
        for (size_t i = 0; i < ROWS; i++) {
            const double y = -log1p(exp((double)s.x[2 * i + 1])), p = exp((double)s.y[2 * i + 1]);
            assert_true(fabs((double)s.y[2 * i] - y) <= 1.5 * EPSILON);
            assert_true(fabs((double)s.dx[2 * i + 1] + p) <= 1.5 * EPSILON * p);
        }
        clear_softmax(&s);
    }
}

static void exponentials_in_double_have_12_digits(void **state)
{
    (void)state;
    enum { MOST_EXPS = 4099 };
    gfn_real *x = malloc(MOST_EXPS * sizeof *x);
    double *y = malloc(MOST_EXPS * sizeof *y);
    for (size_t set = 0; next_kernels(&set);)
        for (size_t n = 0; n <= MOST_EXPS; n = n < 40 ? n + 1 : n * 2 + 3) {
            const gfn_kernels *kernels;
            assert_int_equal(gfn_kernels_choose(&kernels), GFN_OK);
            for (size_t i = 0; i < n; i++)
                x[i] = (gfn_real)(-700.0 * pow((double)i / MOST_EXPS, 3));
            if (n > 2)
                x[n - 1] = -(gfn_real)INFINITY;
            if (n > 3)
                x[n - 2] = (gfn_real)NAN;
            for (size_t k = 0; k < 2; k++) {
                const double shift = k > 0 ? 3.25 : 0, factor = k > 0 ? 0.7 : 1;
                kernels->exps_double(n, x, shift, factor, y);
                for (size_t i = 0; i + 2 < n; i++) {
                    const double expected = exp(((double)x[i] - shift) * factor);
                    assert_true(fabs(y[i] - expected) <= 1e-12 * expected);
                }
                assert_true(n <= 2 || y[n - 1] == 0);
                assert_true(n <= 3 || isnan(y[n - 2]));
            }
            kernels->exps_double(n, x, 0, 1, y);
            assert_true(n == 0 || y[0] == 1);
        }
    free(x);
    free(y);
}

/* The log-softmax of n equal entries is -log n. */
static void logarithms_are_exact_to_the_last_places(void **state)
{
    (void)state;
    enum { COLS = 1000 };
    for (size_t set = 0; next_kernels(&set);) {
        softmax s = make_softmax(COLS, COLS);
        for (size_t n = 1; n <= COLS; n++)
            memset(s.mask + (n - 1) * COLS, 1, n);
        gfn_frame_forward(s.frame, NULL);
        for (size_t n = 1; n <= COLS; n++) {
            const double y = -log((double)n);
            assert_true(fabs((double)s.y[(n - 1) * COLS] - y) <= -1.5 * EPSILON * y);
        }
        clear_softmax(&s);
    }
}

/* Forward and backward of one policy with one set of kernels. */
static void run_policy(const policy *p, size_t rows, gfn_real *log_pf, gfn_real *gradient)
{
    noise random = 4711;
    gfn_frame *frame = make_frame(p->tape, rows);
    gfn_real *params = make_params(&random, p->n_params, 0.3);
    fill_policy(&random, p, frame, rows);
    gfn_frame_forward(frame, params);
    memcpy(log_pf, gfn_frame_reals(frame, p->log_pf), rows * p->actions * sizeof *log_pf);
    fill(&random, gfn_frame_gradient(frame, p->log_pf), rows * p->actions, 1);
    gfn_frame_backward(frame, params, p->log_pf, gradient);
    gfn_frame_destroy(&frame);
    free(params);
}

/* Largest difference, relative to the largest element. */
static double distance(const gfn_real *a, const gfn_real *b, size_t n)
{
    double largest = 0, difference = 0;
    for (size_t i = 0; i < n; i++) {
        if (isinf(a[i]) && a[i] == b[i])
            continue;
        largest = fmax(largest, fabs((double)a[i]));
        difference = fmax(difference, fabs((double)a[i] - (double)b[i]));
    }
    return difference / largest;
}

static void all_sets_agree_to_rounding(void **state)
{
    (void)state;
    enum { ROWS = 96 };
    policy p = {.in = 80,
                .ones = 4,
                .hidden = 137,
                .layers = 2,
                .actions = 5,
                .activation = GFN_TANH}; /* smooth: no row crosses the kink of a ReLU */
    make_policy(&p);
    gfn_real *log_pf[2], *gradient[2];
    for (int i = 0; i < 2; i++) {
        log_pf[i] = malloc(ROWS * p.actions * sizeof(gfn_real));
        gradient[i] = malloc(p.n_params * sizeof(gfn_real));
    }
    for (size_t set = 0, count = 0; next_kernels(&set); count++) {
        const int i = count > 0; /* 0 is the plain set */
        run_policy(&p, ROWS, log_pf[i], gradient[i]);
        assert_true(distance(log_pf[0], log_pf[i], ROWS * p.actions) < 50 * EPSILON);
        assert_true(distance(gradient[0], gradient[i], p.n_params) < 200 * EPSILON);
    }
    for (int i = 0; i < 2; i++) {
        free(log_pf[i]);
        free(gradient[i]);
    }
    gfn_tape_destroy(&p.tape);
}

static gfn_real real_tanh(gfn_real z)
{
    return sizeof z == sizeof(float) ? (gfn_real)tanhf((float)z) : (gfn_real)tanh((double)z);
}

/* The argument of tanh has the same bits with every set: it is a row of w without bias, or one
 * product. */
static void tanh_has_the_bits_of_the_c_library_with_every_set(void **state)
{
    (void)state;
    enum { ROWS = 37, COLS = 21 };
    noise random = 90125;
    gfn_tape *tape;
    assert_int_equal(gfn_tape_create(&tape), GFN_OK);
    const gfn_axis rows = gfn_tape_axis(tape);
    const gfn_var index = gfn_input_indices(tape, rows, 1), x = gfn_input(tape, rows, 1);
    const gfn_var hot = gfn_param(tape, 0, ROWS, COLS), w = gfn_param(tape, ROWS * COLS, 1, COLS);
    const gfn_var zero = gfn_param(tape, (ROWS + 1) * COLS, 1, COLS);
    const gfn_var a = gfn_linear_hot(tape, index, hot, zero, GFN_TANH);
    const gfn_var b = gfn_linear(tape, x, w, zero, GFN_TANH);
    assert_int_equal(gfn_tape_finish(tape), GFN_OK);
    gfn_real *params = make_params(&random, (ROWS + 2) * COLS, 3);
    memset(params + (ROWS + 1) * COLS, 0, COLS * sizeof *params);
    for (size_t set = 0; next_kernels(&set);) {
        gfn_frame *frame = make_frame(tape, ROWS);
        for (int32_t i = 0; i < ROWS; i++) {
            gfn_frame_indices(frame, index)[i] = ROWS - 1 - i;
            gfn_frame_reals(frame, x)[i] = (gfn_real)(i - 17) / 5;
        }
        gfn_frame_forward(frame, params);
        for (size_t at = 0; at < ROWS * COLS; at++) {
            const size_t i = at / COLS, j = at % COLS;
            const gfn_real z = params[(ROWS - 1 - i) * COLS + j];
            const gfn_real product = gfn_frame_reals(frame, x)[i] * params[ROWS * COLS + j];
            assert_true(gfn_frame_reals(frame, a)[at] == real_tanh(z));
            assert_true(gfn_frame_reals(frame, b)[at] == real_tanh(product));
        }
        gfn_frame_destroy(&frame);
    }
    free(params);
    gfn_tape_destroy(&tape);
}

static void a_set_is_chosen_by_name_or_rejected(void **state)
{
    (void)state;
    policy p = {.in = 7, .ones = 1, .hidden = 4, .actions = 3};
    make_policy(&p);
    unsetenv("GFN_KERNELS");
    assert_non_null(gfn_kernels_find(gfn_kernels_name()));
    setenv("GFN_KERNELS", "plain", 1);
    assert_string_equal(gfn_kernels_name(), "plain");
    setenv("GFN_KERNELS", "avx1024", 1);
    assert_string_equal(gfn_kernels_name(), "none");
    size_t rows = 3;
    gfn_frame *frame = NULL;
    assert_int_equal(gfn_frame_create(p.tape, &rows, &frame), GFN_EINVAL);
    assert_null(frame);
    assert_non_null(strstr(gfn_error_message(), "avx1024"));
    unsetenv("GFN_KERNELS");
    gfn_tape_destroy(&p.tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_agree_with_plain_loops),
        cmocka_unit_test(log_softmax_agrees_with_the_mathematical_library),
        cmocka_unit_test(exponentials_are_exact_to_the_last_places),
        cmocka_unit_test(exponentials_in_double_have_12_digits),
        cmocka_unit_test(logarithms_are_exact_to_the_last_places),
        cmocka_unit_test(all_sets_agree_to_rounding),
        cmocka_unit_test(tanh_has_the_bits_of_the_c_library_with_every_set),
        cmocka_unit_test(a_set_is_chosen_by_name_or_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
