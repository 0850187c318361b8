/* SPDX-License-Identifier: MIT */
#include "io/csv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"

enum { FIRST_ROOM = 1 << 12 };

static gfn_status grow(gfn_csv *csv, size_t room)
{
    char *larger;
    GFN_TRY(gfn_allocate("lines of a file", room, 1, &larger));
    if (csv->n > 0)
        memcpy(larger, csv->text, csv->n);
    gfn_release(&csv->text);
    csv->text = larger;
    csv->room = room;
    return GFN_OK;
}

static void put(gfn_csv *csv, const char *text, size_t n)
{
    if (csv->status == GFN_OK && csv->n + n > csv->room)
        csv->status = grow(csv, 2 * (csv->n + n) + FIRST_ROOM);
    if (csv->status != GFN_OK)
        return;
    memcpy(csv->text + csv->n, text, n);
    csv->n += n;
}

static void begin_field(gfn_csv *csv)
{
    if (csv->is_inside)
        put(csv, ",", 1);
    csv->is_inside = true;
}

void gfn_csv_text(gfn_csv *csv, const char *text)
{
    begin_field(csv);
    const size_t n = strlen(text);
    const bool has_blank = text[0] == ' ' || (n > 0 && text[n - 1] == ' ');
    if (text[strcspn(text, ",\"\t\r\n#")] == '\0' && !has_blank) {
        put(csv, text, n);
        return;
    }
    put(csv, "\"", 1);
    for (; *text; text++)
        put(csv, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    put(csv, "\"", 1);
}

void gfn_csv_fields(gfn_csv *csv, const char *fields)
{
    begin_field(csv);
    put(csv, fields, strlen(fields));
}

void gfn_csv_number(gfn_csv *csv, double number)
{
    char digits[40];
    gfn_format(digits, sizeof digits, "%.10g", number);
    gfn_csv_fields(csv, isnan(number) ? "" : digits);
}

void gfn_csv_integer(gfn_csv *csv, int64_t number)
{
    char digits[40];
    gfn_format(digits, sizeof digits, "%" PRId64, number);
    gfn_csv_fields(csv, digits);
}

void gfn_csv_end(gfn_csv *csv)
{
    put(csv, "\n", 1);
    csv->is_inside = false;
}

gfn_status gfn_csv_save(gfn_csv *csv, const char *path)
{
    gfn_status status = csv->status;
    if (status == GFN_OK)
        status = gfn_file_replace(path, NULL, csv->text, csv->n);
    gfn_release(&csv->text);
    *csv = (gfn_csv){.text = NULL};
    return status;
}
