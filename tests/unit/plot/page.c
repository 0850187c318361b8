/* SPDX-License-Identifier: MIT
 *
 * Widths of pages as users write them.
 */
#include "tests/unit/io/scratch.h"

#include "plot/page.h"

static gfn_page page_of(const char *path, const char *width)
{
    gfn_page page;
    assert_ok(gfn_page_of(path, width, &page));
    return page;
}

static void pixels_enlarge_a_page_or_make_it_narrow(void **state)
{
    (void)state;
    assert_float_equal(page_of("a.png", NULL).units, 1040, 0);
    assert_float_equal(page_of("a.PNG", "").scale, 1, 0);
    assert_float_equal(page_of("a.png", "2080px").units, 1040, 0);
    assert_float_equal(page_of("a.png", "2080").scale, 2, 0);
    assert_float_equal(page_of("a.png", "520").units, 520, 0);
    assert_float_equal(page_of("a.png", "520").scale, 1, 0);
}

/* 180 mm are 510.24 points; a unit is 0.7 points at least. */
static void lengths_are_those_of_paper(void **state)
{
    (void)state;
    if (gfn_page_of("a.pdf", NULL, &(gfn_page){0}) != GFN_OK)
        skip();
    assert_float_equal(page_of("a.pdf", NULL).units, 728.9, 0.01);
    assert_float_equal(page_of("a.pdf", "18cm").units, 728.9, 0.01);
    assert_float_equal(page_of("a.pdf", "7in").units, 720, 0.01);
    assert_float_equal(page_of("a.pdf", "7in").scale, 0.7, 1e-9);
    const gfn_page wide = page_of("a.pdf", "600mm");
    assert_float_equal(wide.units, 1040, 0);
    assert_float_equal(wide.units * wide.scale * 25.4 / 72, 600, 1e-6);
    page_of("a.pdf", "80mm");
    page_of("a.pdf", "3.15in");
    page_of("a.pdf", "23.6in");
}

static void other_widths_are_refused(void **state)
{
    (void)state;
    const char *const wrong[] = {"319", "6001px", "7in", "180mm", "-5",     "x",
                                 "1e3", "px",     "1.",  " 900",  "900 px", "0x400"};
    gfn_page page;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(gfn_page_of("a.png", wrong[i], &page), GFN_EINVAL,
                       "picture-width: expected 320px to 6000px for .png, found \"");
    if (gfn_page_of("a.pdf", NULL, &page) != GFN_OK)
        skip();
    assert_refused(gfn_page_of("a.pdf", "1200", &page), GFN_EINVAL, "in mm, cm or in");
    assert_refused(gfn_page_of("a.pdf", "79mm", &page), GFN_EINVAL, "found \"79mm\" (hint: 180mm");
    assert_refused(gfn_page_of("a.pdf", "24in", &page), GFN_EINVAL, "80mm to 600mm");
}

static void other_endings_are_refused(void **state)
{
    (void)state;
    gfn_page page;
    assert_refused(gfn_page_of("x/a.jpg", NULL, &page), GFN_EINVAL,
                   "x/a.jpg: expected a name that ends in .png");
    assert_refused(gfn_page_of("x.png/a", NULL, &page), GFN_EINVAL, "found \"a\" (hint: a.p");
    assert_refused(gfn_page_of("a.png.gz", NULL, &page), GFN_EINVAL, "found \".gz\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_enlarge_a_page_or_make_it_narrow),
        cmocka_unit_test(lengths_are_those_of_paper),
        cmocka_unit_test(other_widths_are_refused),
        cmocka_unit_test(other_endings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
