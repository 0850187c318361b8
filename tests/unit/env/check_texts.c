/* SPDX-License-Identifier: MIT
 *
 * gfn_env_check() on worlds that break a rule about texts, partial rewards, places or classes.
 */
#include <gfn/env.h>

#include "base/error.h"
#include "tests/unit/env/broken.h"
#include "tests/unit/env/make.h"
#include "tests/unit/env/rich.h"

/* The base is `rich`; LONG_LADDER has texts of up to 8 characters. */
#define RICH &rich, NULL
#define LONG_LADDER &rich, "rungs=999"

static gfn_env_ops rich;

/* ---- texts ---- */

static size_t write_all(const void *world, const int32_t *state, char *text, size_t size)
{
    (void)size;
    return rich_write(world, state, text, 32);
}

static void write_ignores_the_size(gfn_env_ops *ops)
{
    ops->write = write_all;
}

static size_t write_and_count_the_end(const void *world, const int32_t *state, char *text,
                                      size_t size)
{
    return rich_write(world, state, text, size) + 1;
}

static void write_counts_the_end(gfn_env_ops *ops)
{
    ops->write = write_and_count_the_end;
}

static size_t write_or_nothing(const void *world, const int32_t *state, char *text, size_t size)
{
    const size_t n = rich_write(world, state, text, size);
    if (n >= size && size > 0)
        text[0] = '\0';
    return n;
}

static void write_drops_what_is_cut(gfn_env_ops *ops)
{
    ops->write = write_or_nothing;
}

static size_t write_two_lines(const void *world, const int32_t *state, char *text, size_t size)
{
    (void)world;
    return (size_t)snprintf(text, size, "rung\n%d", (int)*state);
}

static void a_text_has_two_lines(gfn_env_ops *ops)
{
    ops->write = write_two_lines;
}

static size_t write_comment(const void *world, const int32_t *state, char *text, size_t size)
{
    (void)world;
    return (size_t)snprintf(text, size, "#%d", (int)*state);
}

static void a_text_is_a_comment(gfn_env_ops *ops)
{
    ops->write = write_comment;
}

static size_t write_nothing(const void *world, const int32_t *state, char *text, size_t size)
{
    return *state == 3 ? (size_t)snprintf(text, size, "%s", "")
                       : rich_write(world, state, text, size);
}

static void a_text_is_empty(gfn_env_ops *ops)
{
    ops->write = write_nothing;
}

static gfn_status read_below(const void *world, const char *text, int32_t *state)
{
    GFN_TRY(rich_read(world, text, state));
    *state -= *state == 7 ? 2 : 0;
    return GFN_OK;
}

static void read_finds_another_object(gfn_env_ops *ops)
{
    ops->read = read_below;
}

static gfn_status read_short(const void *world, const char *text, int32_t *state)
{
    return strlen(text) > 6 ? gfn_fail(GFN_EINVAL, "too long") : rich_read(world, text, state);
}

static void read_refuses_an_object(gfn_env_ops *ops)
{
    ops->read = read_short;
}

static gfn_status read_two(const void *world, const char *text, int32_t *state)
{
    state[1] = 0;
    return rich_read(world, text, state);
}

static void read_writes_beyond(gfn_env_ops *ops)
{
    ops->read = read_two;
}

static gfn_status read_silently(const void *world, const char *text, int32_t *state)
{
    return strncmp(text, "rung ", 5) == 0 ? rich_read(world, text, state) : GFN_EINVAL;
}

static void read_has_no_message(gfn_env_ops *ops)
{
    ops->read = read_silently;
}

static gfn_status read_as_data(const void *world, const char *text, int32_t *state)
{
    const gfn_status status = rich_read(world, text, state);
    return status == GFN_EINVAL ? gfn_fail(GFN_EDATA, "expected a rung") : status;
}

static void read_has_another_status(gfn_env_ops *ops)
{
    ops->read = read_as_data;
}

/* ---- places ---- */

static void place_above(const void *world, size_t n, const int32_t *state, int64_t *place)
{
    rich_place(world, n, state, place);
    for (size_t i = 0; i < n; i++)
        place[i] += 4;
}

static void a_place_is_out_of_range(gfn_env_ops *ops)
{
    ops->table_place = place_above;
}

static void place_half(const void *world, size_t n, const int32_t *state, int64_t *place)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        place[i] = state[i] / 4;
}

static void objects_share_a_place(gfn_env_ops *ops)
{
    ops->table_place = place_half;
}

static void place_last(const void *world, size_t n, const int32_t *state, int64_t *place)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        place[i] = state[i] < 998 ? state[i] : 997;
}

static void the_last_objects_share_a_place(gfn_env_ops *ops)
{
    ops->table_place = place_last;
}

static void place_of_first_lane(const void *world, size_t n, const int32_t *state, int64_t *place)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        place[i] = state[0];
}

static void lanes_share_a_place(gfn_env_ops *ops)
{
    ops->table_place = place_of_first_lane;
}

/* ---- classes ---- */

static void a_class_has_no_name(gfn_env_ops *ops)
{
    ops->class_name = "";
}

static void class_of_last(const void *world, const int32_t *state, int32_t *words)
{
    static int32_t last;
    (void)world;
    words[0] = last;
    last = state[0];
}

static void a_class_depends_on_the_last_call(gfn_env_ops *ops)
{
    ops->class_of = class_of_last;
}

static void class_of_some(const void *world, const int32_t *state, int32_t *words)
{
    if (state[0] != 5)
        rich_class(world, state, words);
}

static void a_class_is_not_written(gfn_env_ops *ops)
{
    ops->class_of = class_of_some;
}

static void class_of_two(const void *world, const int32_t *state, int32_t *words)
{
    rich_class(world, state, words);
    words[1] = 0;
}

static void a_class_has_a_word_beyond(gfn_env_ops *ops)
{
    ops->class_of = class_of_two;
}

/* ---- the tests ---- */

static const struct broken texts[] = {
    {write_ignores_the_size, RICH, "write cuts its text as snprintf() does"},
    {write_counts_the_end, RICH, "write returns the length of the whole text"},
    {write_drops_what_is_cut, RICH, "write cuts its text as snprintf() does; in state rung "},
    {a_text_has_two_lines, RICH, "the text of an object is one line; in state rung"},
    {a_text_is_a_comment, RICH, "the text of an object is one line; in state #"},
    {a_text_is_empty, RICH, "the text of an object is one line"},
    {read_finds_another_object, RICH, "read inverts write; in state rung 7: expected the same"},
    {read_refuses_an_object, LONG_LADDER, "read inverts write; in state rung "},
    {read_writes_beyond, RICH, "read writes one state and nothing else"},
    {read_has_no_message, RICH, "read refuses a text by gfn_fail(GFN_EINVAL, ...)"},
    {read_has_another_status, RICH, "read refuses a text by gfn_fail(GFN_EINVAL, ...)"},
};

/* ---- rewards of states that are no objects ---- */

static void partial_ratio(const void *world, size_t n, const int32_t *state, double *log_r)
{
    rich_partial(world, n, state, log_r);
    for (size_t i = 0; i < n; i++)
        log_r[i] /= state[i] - 4;
}

static void a_partial_reward_is_infinite(gfn_env_ops *ops)
{
    ops->log_partial_reward = partial_ratio;
}

static void partial_sums(const void *world, size_t n, const int32_t *state, double *log_r)
{
    rich_partial(world, n, state, log_r);
    for (size_t i = 1; i < n; i++)
        log_r[i] += log_r[i - 1];
}

static void lanes_share_a_partial_reward(gfn_env_ops *ops)
{
    ops->log_partial_reward = partial_sums;
}

/* Rung 0 with the word of an object is one, but the other rungs that are no objects stay. */
static void fill_all(const void *world, gfn_env_spec *spec)
{
    rich_describe(world, spec);
    spec->zero_is_missing = true;
}

static void states_are_not_filled(gfn_env_ops *ops)
{
    ops->describe = fill_all;
}

static const struct broken places[] = {
    {states_are_not_filled, RICH, "words of objects fill what is missing; in state rung "},
    {a_partial_reward_is_infinite, RICH,
     "log_partial_reward() of any state is finite; in state rung 4"},
    {lanes_share_a_partial_reward, RICH, "lanes are independent in log_partial_reward()"},
    {a_place_is_out_of_range, RICH, "places are within table_axis; in state rung 9"},
    {objects_share_a_place, RICH, "distinct objects have distinct places; in state rung "},
    {the_last_objects_share_a_place, LONG_LADDER, "found two objects at 997"},
    {lanes_share_a_place, RICH, "lanes are independent in table_place()"},
    {a_class_has_no_name, RICH, "classes have a name"},
    {a_class_depends_on_the_last_call, RICH, "lanes are independent in class_of()"},
    {a_class_is_not_written, RICH, "lanes are independent in class_of(); in state rung 5"},
    {a_class_has_a_word_beyond, RICH, "class_of() writes its lanes and nothing else"},
};

static void broken_rules_about_texts_are_detected_and_named(void **state)
{
    (void)state;
    expect_broken(texts, sizeof texts / sizeof texts[0]);
}

static void broken_rules_about_places_and_classes_are_detected_and_named(void **state)
{
    (void)state;
    expect_broken(places, sizeof places / sizeof places[0]);
}

static int set_up(void **state)
{
    (void)state;
    rich = rich_world();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_rules_about_texts_are_detected_and_named),
        cmocka_unit_test(broken_rules_about_places_and_classes_are_detected_and_named),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
