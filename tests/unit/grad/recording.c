/* SPDX-License-Identifier: MIT
 *
 * gfn_tape_finish() reports mistakes in recording, and impossible sizes are rejected.
 */
#include "tests/unit/grad/common.h"

#include <math.h>
#include <string.h>

/* Make AddressSanitizer return NULL if memory cannot be allocated, as the C library does. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* The tape to which every mistake is recorded. */
typedef struct start {
    gfn_tape *tape;
    gfn_axis rows, other;
    gfn_var x, index, mask; /* [rows][3] */
    gfn_var w, b;           /* [3][4], [1][4] */
    gfn_var col, elsewhere; /* indices [rows][1], [other][1] */
} start;

static start begin(void)
{
    start s;
    assert_int_equal(gfn_tape_create(&s.tape), GFN_OK);
    s.rows = gfn_tape_axis(s.tape);
    s.other = gfn_tape_axis(s.tape);
    s.x = gfn_input(s.tape, s.rows, 3);
    s.index = gfn_input_indices(s.tape, s.rows, 3);
    s.mask = gfn_input_bytes(s.tape, s.rows, 3);
    s.w = gfn_param(s.tape, 0, 3, 4);
    s.b = gfn_param(s.tape, 12, 1, 4);
    s.col = gfn_input_indices(s.tape, s.rows, 1);
    s.elsewhere = gfn_input_indices(s.tape, s.other, 1);
    return s;
}

static gfn_var wrong_columns(start *s)
{
    return gfn_linear(s->tape, gfn_input(s->tape, s->rows, 5), s->w, s->b, GFN_RELU);
}

static gfn_var wrong_bias(start *s)
{
    return gfn_linear(s->tape, s->x, s->w, gfn_param(s->tape, 20, 1, 3), GFN_RELU);
}

static gfn_var weights_with_an_axis(start *s)
{
    return gfn_linear(s->tape, s->x, gfn_input(s->tape, s->rows, 4), s->b, GFN_RELU);
}

static gfn_var bias_is_the_weight(start *s)
{
    gfn_var x = gfn_input(s->tape, s->rows, 1);
    return gfn_linear(s->tape, x, s->b, s->b, GFN_RELU);
}

static gfn_var unknown_activation(start *s)
{
    return gfn_linear(s->tape, s->x, s->w, s->b, (gfn_activation)4);
}

static gfn_var negative_activation(start *s)
{
    return gfn_linear_hot(s->tape, s->index, s->w, s->b, (gfn_activation)-1);
}

static gfn_var reals_for_indices(start *s)
{
    return gfn_linear_hot(s->tape, s->x, s->w, s->b, GFN_RELU);
}

static gfn_var indices_for_reals(start *s)
{
    return gfn_square(s->tape, s->index);
}

static gfn_var mask_of_other_rows(start *s)
{
    return gfn_log_softmax(s->tape, s->x, gfn_input_bytes(s->tape, s->other, 3));
}

static gfn_var mask_of_other_columns(start *s)
{
    return gfn_log_softmax(s->tape, s->x, gfn_input_bytes(s->tape, s->rows, 4));
}

static gfn_var pick_of_two_axes(start *s)
{
    return gfn_pick(s->tape, s->x, s->col, s->elsewhere);
}

static gfn_var pick_of_wide_indices(start *s)
{
    return gfn_pick(s->tape, s->x, s->index, s->index);
}

static gfn_var segments_of_wide_rows(start *s)
{
    return gfn_segment_sum(s->tape, s->x, s->elsewhere, s->elsewhere);
}

static gfn_var sum_of_two_axes(start *s)
{
    return gfn_add(s->tape, gfn_input(s->tape, s->other, 3), s->x);
}

static gfn_var scalar_before_array(start *s)
{
    return gfn_sub(s->tape, gfn_param(s->tape, 30, 1, 1), s->x);
}

static gfn_var variable_of_no_tape(start *s)
{
    return gfn_exp(s->tape, 1000);
}

static gfn_var variable_that_never_was(start *s)
{
    return gfn_exp(s->tape, -1);
}

static gfn_var infinite_factor(start *s)
{
    return gfn_scale(s->tape, s->x, INFINITY);
}

static gfn_var unknown_axis(start *s)
{
    return gfn_input(s->tape, 7, 3);
}

static gfn_var no_columns(start *s)
{
    return gfn_input(s->tape, s->rows, 0);
}

static gfn_var columns_beyond_memory(start *s)
{
    return gfn_input(s->tape, s->rows, SIZE_MAX);
}

static gfn_var product_beyond_memory(start *s)
{
    return gfn_param(s->tape, 100, SIZE_MAX / 2 + 1, 2);
}

static gfn_var offset_beyond_memory(start *s)
{
    return gfn_param(s->tape, SIZE_MAX, 1, 1);
}

static gfn_var tracked_indices(start *s)
{
    gfn_tape_track(s->tape, s->index);
    return -1;
}

static gfn_var tracked_result(start *s)
{
    gfn_tape_track(s->tape, gfn_square(s->tape, s->x));
    return -1;
}

static const struct {
    gfn_var (*record)(start *s);
    const char *word; /* in the message */
} mistakes[] = {
    {wrong_columns, "linear: x has 5 columns and w 3 rows"},
    {wrong_bias, "b [1][3]"},
    {weights_with_an_axis, "linear: x has 3 columns and w 1 row, expected"},
    {bias_is_the_weight, "another variable"},
    {unknown_activation, "linear: activation is 4"},
    {negative_activation, "linear_hot: activation is -1"},
    {reals_for_indices, "linear_hot: input 1 is of reals, expected indices"},
    {indices_for_reals, "square: input 1 is of indices, expected reals"},
    {mask_of_other_rows, "mask [axis 1][3]"},
    {mask_of_other_columns, "mask [axis 0][4]"},
    {pick_of_two_axes, "col [axis 1][1]"},
    {pick_of_wide_indices, "row is [axis 0][3]"},
    {segments_of_wide_rows, "segment_sum: x has 3 columns"},
    {sum_of_two_axes, "add: a is [axis 1][3] and b [axis 0][3]"},
    {scalar_before_array, "sub: a is [1][1] and b [axis 0][3]"},
    {variable_of_no_tape, "exp: input 1 is variable 1000"},
    {variable_that_never_was, "exp: input 1 is variable -1"},
    {infinite_factor, "scale: the factor is inf"},
    {unknown_axis, "axis 7, expected one of 2"},
    {no_columns, "1 x 0"},
    {columns_beyond_memory, "more than memory can address"},
    {product_beyond_memory, "more than memory can address"},
    {offset_beyond_memory, "more than memory can address"},
    {tracked_indices, "gfn_tape_track: variable 1"},
    {tracked_result, "gfn_tape_track: variable 7"},
};

static void finishing_the_tape_reports_the_first_mistake(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(mistakes); i++) {
        start s = begin();
        assert_int_equal(mistakes[i].record(&s), -1);
        assert_int_equal(gfn_exp(s.tape, -1), -1); /* a consequence, which is not reported */
        gfn_add(s.tape, s.x, s.b);                 /* a second mistake, which is not reported */
        assert_int_equal(gfn_tape_finish(s.tape), GFN_EINVAL);
        if (strstr(gfn_error_message(), mistakes[i].word) == NULL)
            fail_msg("mistake %zu: \"%s\" is not in \"%s\"", i, mistakes[i].word,
                     gfn_error_message());
        gfn_frame *frame = NULL;
        assert_int_equal(gfn_frame_create(s.tape, (size_t[]){1, 1}, &frame), GFN_EINVAL);
        assert_null(frame);
        gfn_tape_destroy(&s.tape);
        assert_null(s.tape);
        gfn_tape_destroy(&s.tape);
    }
}

static void views_may_touch_but_not_overlap(void **state)
{
    (void)state;
    static const size_t views[][3] = {{0, 1, 1}, {11, 1, 1}, {10, 1, 4}, {15, 2, 2}, {0, 4, 3}};
    for (size_t i = 0; i < LENGTH(views); i++) {
        start s = begin(); /* [0, 12) and [12, 16) */
        assert_true(gfn_param(s.tape, views[i][0], views[i][1], views[i][2]) >= 0);
        assert_int_equal(gfn_tape_finish(s.tape), GFN_EINVAL);
        assert_non_null(strstr(gfn_error_message(), "overlap"));
        gfn_tape_destroy(&s.tape);
    }
    start s = begin();
    assert_true(gfn_param(s.tape, 16, 1, 1) >= 0);
    assert_int_equal(gfn_tape_finish(s.tape), GFN_OK);
    gfn_tape_destroy(&s.tape);
}

static void a_finished_tape_does_not_change(void **state)
{
    (void)state;
    start s = begin();
    assert_int_equal(gfn_tape_finish(s.tape), GFN_OK);
    assert_int_equal(gfn_square(s.tape, s.x), -1);
    assert_int_equal(gfn_input(s.tape, s.rows, 1), -1);
    assert_int_equal(gfn_param(s.tape, 99, 1, 1), -1);
    assert_int_equal(gfn_tape_axis(s.tape), GFN_FIXED);
    gfn_tape_track(s.tape, s.x);
    assert_int_equal(gfn_tape_finish(s.tape), GFN_OK);
    assert_int_equal(gfn_tape_cols(s.tape, s.x), 3);
    assert_int_equal(gfn_tape_cols(s.tape, -1), 0);
    assert_int_equal(gfn_tape_stride(s.tape, s.x), 3);
    assert_int_equal(gfn_tape_stride(s.tape, 1000), 0);
    gfn_tape_destroy(&s.tape);
}

static void frames_reject_rows_beyond_their_capacities(void **state)
{
    (void)state;
    start s = begin();
    gfn_var y = gfn_linear(s.tape, s.x, s.w, s.b, GFN_RELU);
    gfn_frame *frame = NULL;
    assert_int_equal(gfn_frame_create(s.tape, (size_t[]){5, 7}, &frame), GFN_EINVAL);
    assert_null(frame); /* the tape is not finished */
    assert_int_equal(gfn_tape_finish(s.tape), GFN_OK);
    assert_int_equal(gfn_frame_create(s.tape, (size_t[]){5, 7}, &frame), GFN_OK);
    assert_int_equal(gfn_frame_set_rows(frame, s.rows, 5), GFN_OK);
    assert_int_equal(gfn_frame_set_rows(frame, s.rows, 6), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "6 rows on axis 0, there is room for 5"));
    assert_int_equal(gfn_frame_set_rows(frame, s.other, 7), GFN_OK);
    assert_int_equal(gfn_frame_set_rows(frame, 2, 0), GFN_EINVAL);
    assert_int_equal(gfn_frame_set_rows(frame, GFN_FIXED, 0), GFN_EINVAL);
    assert_non_null(gfn_frame_reals(frame, s.x));
    assert_null(gfn_frame_reals(frame, s.index)); /* another type */
    assert_null(gfn_frame_reals(frame, s.w));     /* a parameter */
    assert_null(gfn_frame_indices(frame, s.x));
    assert_null(gfn_frame_bytes(frame, s.x));
    assert_null(gfn_frame_reals(frame, -1));
    assert_null(gfn_frame_reals(frame, 1000));
    assert_null(gfn_frame_gradient(frame, s.x)); /* not tracked */
    assert_non_null(gfn_frame_gradient(frame, y));
    gfn_frame_destroy(&frame);
    assert_null(frame);
    gfn_frame_destroy(&frame);
    gfn_tape_destroy(&s.tape);
}

static void rows_are_copied_between_frames_of_one_tape_only(void **state)
{
    (void)state;
    policy p = {.in = 9, .ones = 2, .hidden = 150, .layers = 2, .actions = 3};
    policy q = p;
    make_policy(&p);
    make_policy(&q);
    gfn_frame *big = make_frame(p.tape, 20), *small = make_frame(p.tape, 4);
    gfn_frame *alien = make_frame(q.tape, 20);
    static const int32_t row[5] = {19, 3, 4, 5, 0};
    assert_int_equal(gfn_frame_copy_rows(small, big, 4, row), GFN_OK);
    assert_int_equal(gfn_frame_copy_rows(small, big, 5, row), GFN_EINVAL);
    assert_int_equal(gfn_frame_copy_rows(small, alien, 4, row), GFN_EINVAL);
    assert_int_equal(gfn_frame_copy_rows(small, big, 0, row), GFN_OK);
    /* Only variables between two layers are padded. */
    assert_int_equal(gfn_tape_stride(p.tape, p.layer[0]) * sizeof(gfn_real) % 128, 64);
    assert_int_equal(gfn_tape_stride(p.tape, p.layer[2]), 3);
    assert_int_equal(gfn_tape_stride(p.tape, p.log_pf), 3);
    gfn_frame_destroy(&big);
    gfn_frame_destroy(&small);
    gfn_frame_destroy(&alien);
    gfn_tape_destroy(&p.tape);
    gfn_tape_destroy(&q.tape);
}

static void impossible_capacities_are_rejected(void **state)
{
    (void)state;
    static const struct {
        size_t rows;
        gfn_status status;
    } capacities[] = {
        {SIZE_MAX, GFN_EINVAL},
        {SIZE_MAX / 3, GFN_EINVAL},
        {SIZE_MAX / 16, GFN_EINVAL},
        {(size_t)1 << 52, GFN_ENOMEM}, /* more than any address space */
    };
    start s = begin();
    gfn_linear(s.tape, s.x, s.w, s.b, GFN_RELU);
    assert_int_equal(gfn_tape_finish(s.tape), GFN_OK);
    for (size_t i = 0; i < LENGTH(capacities); i++) {
        gfn_frame *frame = NULL;
        assert_int_equal(gfn_frame_create(s.tape, (size_t[]){capacities[i].rows, 1}, &frame),
                         capacities[i].status);
        assert_null(frame);
        assert_memory_equal(gfn_error_message(), "frame: ", 7);
    }
    gfn_tape_destroy(&s.tape);
}

/* Each axis alone would fit an address of 64 bits; the sum of both is 0 in 64 bits. */
static void the_sum_of_capacities_is_checked_for_overflow(void **state)
{
    (void)state;
    gfn_tape *tape;
    assert_int_equal(gfn_tape_create(&tape), GFN_OK);
    gfn_input_bytes(tape, gfn_tape_axis(tape), 1);
    gfn_input_bytes(tape, gfn_tape_axis(tape), 1);
    assert_int_equal(gfn_tape_finish(tape), GFN_OK);
    static const size_t capacities[][2] = {
        {SIZE_MAX / 4, SIZE_MAX / 4 * 3 + 3},
        {SIZE_MAX / 4, SIZE_MAX / 4},
        {SIZE_MAX / 2, SIZE_MAX / 2 + 1},
    };
    for (size_t i = 0; i < LENGTH(capacities); i++) {
        gfn_frame *frame = NULL;
        assert_int_equal(gfn_frame_create(tape, capacities[i], &frame), GFN_EINVAL);
        assert_null(frame);
    }
    gfn_tape_destroy(&tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finishing_the_tape_reports_the_first_mistake),
        cmocka_unit_test(views_may_touch_but_not_overlap),
        cmocka_unit_test(a_finished_tape_does_not_change),
        cmocka_unit_test(frames_reject_rows_beyond_their_capacities),
        cmocka_unit_test(rows_are_copied_between_frames_of_one_tape_only),
        cmocka_unit_test(impossible_capacities_are_rejected),
        cmocka_unit_test(the_sum_of_capacities_is_checked_for_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
