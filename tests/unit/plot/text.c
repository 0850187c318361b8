/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plot/text.h"

static void assert_shortened(const char *text, size_t most, const char *wanted)
{
    char shorter[64];
    gfn_text_shorten(text, most, shorter, sizeof shorter);
    assert_string_equal(shorter, wanted);
}

static void long_texts_lose_their_middle(void **state)
{
    (void)state;
    assert_shortened("seventeen letters", 17, "seventeen letters");
    assert_shortened("seventeen letters", 16, "sevente...etters");
    assert_shortened("seventeen letters", 4, "s...");
    assert_shortened("seventeen letters", 2, "...");
}

/* Letters of two bytes: none is cut in half, neither by characters nor by bytes. */
static void characters_stay_whole(void **state)
{
    (void)state;
    char small[10];
    assert_int_equal(gfn_text_length("\xce\xb7=\xce\xb1\xce\xb2\xce\xb3"), 5);
    assert_shortened("\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6", 5, "\xce\xb1...\xce\xb6");
    gfn_text_shorten("\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6", 6, small, sizeof small);
    assert_string_equal(small, "\xce\xb1\xce\xb2...\xce\xb6");
}

static void what_cannot_be_drawn_becomes_a_question_mark(void **state)
{
    (void)state;
    const char *const cases[][2] = {{"plain ~ text", "plain ~ text"},
                                    {"\xce\xb7 \xc2\xb1", "\xce\xb7 \xc2\xb1"},
                                    {"a\tb\x7f\n", "a?b??"},
                                    {"\xff\xce\xb7", "???"},
                                    {"\xef\xbf\xbe!", "??"
                                                      "?!"},
                                    {"\xed\xa0\x80", "???"}};
    char drawn[GFN_DRAWN_TEXT], text[5000];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gfn_text_make_drawable(cases[i][0], drawn);
        assert_string_equal(drawn, cases[i][1]);
    }
    const char *const fillings[] = {"W", "\xb1", "\xce"};
    for (size_t i = 0; i < 3; i++) {
        memset(text, fillings[i][0], sizeof text - 1);
        text[sizeof text - 1] = '\0';
        gfn_text_make_drawable(text, drawn);
        assert_in_range(strlen(drawn), 300, GFN_DRAWN_TEXT - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_texts_lose_their_middle),
        cmocka_unit_test(characters_stay_whole),
        cmocka_unit_test(what_cannot_be_drawn_becomes_a_question_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
