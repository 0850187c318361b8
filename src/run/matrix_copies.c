/* SPDX-License-Identifier: MIT */
#include "run/matrix_copies.h"

#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "io/crc.h"
#include "io/csv.h"
#include "io/fields.h"
#include "io/folder.h"
#include "io/matrix_file.h"
#include "io/npy.h"

/* "input-", because an option may have the name of another file of a run directory. */
#define NUMBERS "input-%s.npy"
#define NAMES "input-%s-names.csv"

#define MOST_NAMES ((size_t)1 << 26)

static gfn_status find_path(const char *directory, const char *option, const char *form,
                            char **path)
{
    char name[160];
    gfn_format(name, sizeof name, form, option);
    return gfn_folder_path(directory, name, path);
}

uint32_t gfn_matrix_crc(const gfn_matrix *matrix)
{
    const int64_t shape[] = {matrix->n_rows, matrix->n_columns};
    const size_t n = (size_t)(shape[0] * shape[1]);
    uint32_t crc = gfn_crc32(0, shape, sizeof shape);
    crc = gfn_crc32(crc, matrix->value, n * sizeof *matrix->value);
    for (int64_t i = 0; matrix->column && i < matrix->n_columns; i++)
        crc = gfn_crc32(crc, matrix->column[i], strlen(matrix->column[i]) + 1);
    return crc;
}

/* ---- saving ---- */

static gfn_status save_numbers(const gfn_matrix *matrix, const char *directory, const char *option)
{
    const struct gfn_array array = {.dtype = GFN_F64,
                                    .ndim = 2,
                                    .shape = {matrix->n_rows, matrix->n_columns},
                                    .data = matrix->value};
    char *path;
    GFN_TRY(find_path(directory, option, NUMBERS, &path));
    const gfn_status status = gfn_npy_save(path, &array);
    gfn_release(&path);
    return status;
}

static gfn_status save_names(const gfn_matrix *matrix, const char *directory, const char *option)
{
    gfn_csv csv = {0};
    char *path;
    if (matrix->column == NULL)
        return GFN_OK;
    for (int64_t i = 0; i < matrix->n_columns; i++) {
        gfn_csv_text(&csv, matrix->column[i]);
        gfn_csv_end(&csv);
    }
    const gfn_status status = find_path(directory, option, NAMES, &path);
    if (status != GFN_OK) {
        gfn_release(&csv.text);
        return status;
    }
    const gfn_status saved = gfn_csv_save(&csv, path);
    gfn_release(&path);
    return saved;
}

gfn_status gfn_matrix_copies_save(const gfn_options *options, const char *directory)
{
    for (size_t i = 0; i < gfn_options_count(options); i++) {
        const char *option = gfn_options_row(options, i)->name;
        const gfn_matrix *matrix = gfn_options_matrix(options, option);
        if (matrix == NULL)
            continue;
        /* The names first: numbers say that the copy is whole. */
        GFN_TRY(save_names(matrix, directory, option));
        GFN_TRY(save_numbers(matrix, directory, option));
    }
    return GFN_OK;
}

/* ---- reading ---- */

static bool is_there(const char *directory, const char *option, const char *form)
{
    char name[160];
    gfn_format(name, sizeof name, form, option);
    return directory && gfn_folder_holds(directory, name);
}

bool gfn_matrix_copy_is_there(const char *directory, const char *option)
{
    return is_there(directory, option, NUMBERS);
}

static gfn_status load_numbers(const char *directory, const char *option, gfn_arena *arena,
                               gfn_matrix *matrix)
{
    char *path;
    GFN_TRY(find_path(directory, option, NUMBERS, &path));
    const gfn_status status = gfn_matrix_load(path, arena, matrix);
    gfn_release(&path);
    return status;
}

static gfn_status copy_name(gfn_arena *arena, const char *name, char **copy)
{
    const size_t size = strlen(name) + 1;
    GFN_TRY(gfn_arena_take(arena, size, 1, copy));
    memcpy(*copy, name, size);
    return GFN_OK;
}

static gfn_status read_names(gfn_fields *f, gfn_arena *arena, gfn_matrix *matrix)
{
    char **name;
    GFN_TRY(gfn_arena_take(arena, (size_t)matrix->n_columns, sizeof *name, &name));
    for (int64_t i = 0; i < matrix->n_columns; i++) {
        GFN_TRY(gfn_fields_next(f));
        if (f->n != 1)
            return gfn_fail(GFN_EDATA,
                            "%s: expected %lld names, one per line, found %lld (hint: restore it "
                            "from a copy)",
                            f->path, (long long)matrix->n_columns, (long long)i);
        GFN_TRY(copy_name(arena, f->field[0], &name[i]));
    }
    matrix->column = (const char *const *)name;
    return GFN_OK;
}

static gfn_status load_names(const char *directory, const char *option, gfn_arena *arena,
                             gfn_matrix *matrix)
{
    gfn_fields fields;
    char *path;
    GFN_TRY(find_path(directory, option, NAMES, &path));
    gfn_status status = gfn_fields_open(path, MOST_NAMES, GFN_TABS_OR_COMMAS, &fields);
    if (status == GFN_OK)
        status = read_names(&fields, arena, matrix);
    gfn_fields_close(&fields);
    gfn_release(&path);
    return status;
}

gfn_status gfn_matrix_copy_load(const char *directory, const char *option, gfn_arena *arena,
                                gfn_matrix *matrix)
{
    GFN_TRY(load_numbers(directory, option, arena, matrix));
    return is_there(directory, option, NAMES) ? load_names(directory, option, arena, matrix)
                                              : GFN_OK;
}

/* ---- comparison ---- */

static gfn_status compare(const char *path, const char *option, const char *directory,
                          gfn_arena *arena)
{
    gfn_matrix copy, file;
    GFN_TRY(gfn_matrix_copy_load(directory, option, arena, &copy));
    const gfn_status status = gfn_matrix_load(path, arena, &file);
    if (status != GFN_OK)
        return gfn_fail_in(status == GFN_EDATA ? GFN_EINVAL : status, "%s: ", option);
    if (gfn_matrix_crc(&copy) == gfn_matrix_crc(&file))
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "%s: expected the numbers that the run began with, found others in %.300s "
                    "(hint: leave it out, the run has a copy)",
                    option, path);
}

gfn_status gfn_matrix_copy_compare(const gfn_options *options, const char *option,
                                   const char *directory)
{
    gfn_arena *arena;
    if (!gfn_matrix_copy_is_there(directory, option))
        return GFN_OK;
    GFN_TRY(gfn_arena_create(&arena));
    const gfn_status status = compare(gfn_options_text(options, option), option, directory, arena);
    gfn_arena_destroy(&arena);
    return status;
}
