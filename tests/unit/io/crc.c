/* SPDX-License-Identifier: MIT */
#include "tests/unit/io/scratch.h"

#include "io/crc.h"

static void the_standard_check_value_is_reproduced(void **state)
{
    (void)state; /* CRC-32/ISO-HDLC in every catalogue */
    assert_int_equal(gfn_crc32(0, "123456789", 9), 0xcbf43926);
}

static void zero_bytes_change_nothing(void **state)
{
    (void)state;
    assert_int_equal(gfn_crc32(0, NULL, 0), 0);
    assert_int_equal(gfn_crc32(0xcbf43926, NULL, 0), 0xcbf43926);
}

static void parts_give_the_same_checksum_as_the_whole(void **state)
{
    (void)state;
    unsigned char bytes[4099];
    uint64_t seed = 2385;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)next_random(&seed);
    uint32_t whole = gfn_crc32(0, bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut += 241)
        assert_int_equal(gfn_crc32(gfn_crc32(0, bytes, cut), bytes + cut, sizeof bytes - cut),
                         whole);
}

static void every_bit_changes_the_checksum(void **state)
{
    (void)state;
    unsigned char bytes[37] = "policy.0.weight 0.25 -1.5 3.0625";
    uint32_t whole = gfn_crc32(0, bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_int_not_equal(gfn_crc32(0, bytes, sizeof bytes), whole);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standard_check_value_is_reproduced),
        cmocka_unit_test(zero_bytes_change_nothing),
        cmocka_unit_test(parts_give_the_same_checksum_as_the_whole),
        cmocka_unit_test(every_bit_changes_the_checksum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
