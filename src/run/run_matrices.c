/* SPDX-License-Identifier: MIT
 *
 * The files of numbers that options of an environment name: rank 0 reads them, all ranks get the
 * numbers.
 */
#include "run/run.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "io/matrix_file.h"
#include "run/matrix_copies.h"

static bool is_wanted(const gfn_options *options, const gfn_option *row)
{
    return row->type == GFN_OPTION_MATRIX && gfn_options_is_set(options, row->name);
}

/* An error in a file that the user named is a bad option (GFN_EINVAL); in the run's copy it is
 * damage (GFN_EDATA). */
static gfn_status load_one(const gfn_options *options, const char *name, const char *directory,
                           gfn_arena *arena, gfn_matrix *matrix)
{
    if (gfn_matrix_copy_is_there(directory, name))
        return gfn_matrix_copy_load(directory, name, arena, matrix);
    const gfn_status status = gfn_matrix_load(gfn_options_text(options, name), arena, matrix);
    if (status != GFN_OK)
        gfn_fail_in(status, "%s: ", name);
    return status == GFN_EDATA ? GFN_EINVAL : status;
}

static gfn_status read_one(gfn_options *options, const char *name, const char *directory)
{
    gfn_arena *arena;
    gfn_matrix matrix;
    GFN_TRY(gfn_arena_create(&arena));
    gfn_status status = load_one(options, name, directory, arena, &matrix);
    if (status == GFN_OK)
        status = gfn_options_set_matrix(options, name, &matrix);
    gfn_arena_destroy(&arena);
    return status;
}

gfn_status gfn_run_read_matrices(gfn_options *options)
{
    return gfn_run_read_matrices_in(options, NULL);
}

gfn_status gfn_run_read_matrices_in(gfn_options *options, const char *directory)
{
    for (size_t i = 0; i < gfn_options_count(options); i++) {
        const gfn_option *row = gfn_options_row(options, i);
        if (is_wanted(options, row) && gfn_options_matrix(options, row->name) == NULL)
            GFN_TRY(read_one(options, row->name, directory));
    }
    return GFN_OK;
}

/* ---- sharing ---- */

typedef struct message {
    int64_t shape[3]; /* rows, columns, whether there are names */
    size_t n_values, n_bytes;
    double *value;
    char *names; /* each ended by a '\0' */
} message;

static gfn_status join_names(const gfn_matrix *matrix, message *m)
{
    for (int64_t i = 0; i < matrix->n_columns; i++)
        m->n_bytes += strlen(matrix->column[i]) + 1;
    GFN_TRY(gfn_allocate("names of columns", m->n_bytes, 1, &m->names));
    char *at = m->names;
    for (int64_t i = 0; i < matrix->n_columns; i++) {
        const size_t size = strlen(matrix->column[i]) + 1;
        at = (char *)memcpy(at, matrix->column[i], size) + size;
    }
    return GFN_OK;
}

/* On rank 0. */
static gfn_status pack(const gfn_matrix *matrix, message *m)
{
    *m = (message){.shape = {matrix->n_rows, matrix->n_columns, matrix->column != NULL},
                   .n_values = (size_t)(matrix->n_rows * matrix->n_columns)};
    GFN_TRY(gfn_allocate("numbers of a file", m->n_values, sizeof *m->value, &m->value));
    memcpy(m->value, matrix->value, m->n_values * sizeof *m->value);
    return matrix->column ? join_names(matrix, m) : GFN_OK;
}

/* On the other ranks. */
static gfn_status unpack(const message *m, gfn_options *options, const char *name)
{
    gfn_matrix matrix = {.n_rows = m->shape[0], .n_columns = m->shape[1], .value = m->value};
    const char **column = NULL;
    if (m->shape[2]) {
        const char *at = m->names;
        GFN_TRY(gfn_allocate("names of columns", (size_t)m->shape[1], sizeof *column, &column));
        for (int64_t i = 0; i < m->shape[1]; i++, at += strlen(at) + 1)
            column[i] = at;
        matrix.column = column;
    }
    const gfn_status status = gfn_options_set_matrix(options, name, &matrix);
    gfn_release(&column);
    return status;
}

static gfn_status share(gfn_comm *comm, message *m)
{
    GFN_TRY(gfn_comm_broadcast(comm, m->shape, sizeof m->shape));
    GFN_TRY(gfn_comm_broadcast_array(comm, "numbers of a file", sizeof *m->value, &m->n_values,
                                     &m->value));
    return m->shape[2]
               ? gfn_comm_broadcast_array(comm, "names of columns", 1, &m->n_bytes, &m->names)
               : GFN_OK;
}

static gfn_status share_one(gfn_comm *comm, gfn_options *options, const char *name)
{
    const bool is_root = gfn_comm_rank(comm) == 0;
    message m = {.n_values = 0};
    gfn_status status = is_root ? pack(gfn_options_matrix(options, name), &m) : GFN_OK;
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK)
        status = share(comm, &m);
    if (status == GFN_OK)
        status = gfn_comm_agree(comm, is_root ? GFN_OK : unpack(&m, options, name));
    gfn_release(&m.value);
    gfn_release(&m.names);
    return status;
}

gfn_status gfn_run_share_matrices(gfn_comm *comm, const char *directory, gfn_options *options)
{
    const bool is_root = gfn_comm_rank(comm) == 0;
    GFN_TRY(gfn_comm_agree(comm, is_root ? gfn_run_read_matrices_in(options, directory) : GFN_OK));
    for (size_t i = 0; i < gfn_options_count(options); i++)
        if (is_wanted(options, gfn_options_row(options, i)))
            GFN_TRY(share_one(comm, options, gfn_options_row(options, i)->name));
    return GFN_OK;
}

/* ---- headings ---- */

/* Whether the first row is 0, 1, ...: some programs write the numbers of columns above the others.
 * A square matrix has no row too many. */
static bool begins_with_numbers_of_columns(const gfn_matrix *m)
{
    if (m->column || m->n_columns < 2 || m->n_rows < 2 || m->n_rows == m->n_columns)
        return false;
    int64_t i = 0;
    while (i < m->n_columns && m->value[i] >= (double)i && m->value[i] <= (double)i)
        i++;
    return i == m->n_columns;
}

void gfn_run_note_headings(gfn_run *run)
{
    for (size_t i = 0; i < gfn_options_count(run->options); i++) {
        const gfn_option *row = gfn_options_row(run->options, i);
        const gfn_matrix *m =
            is_wanted(run->options, row) ? gfn_options_matrix(run->options, row->name) : NULL;
        if (m && begins_with_numbers_of_columns(m))
            gfn_notices_add(&run->notices,
                            "%s: the first row, 0 ... %lld, counts as numbers (hint: if it is a "
                            "heading, give the columns names, or leave it out: pandas' "
                            "to_csv(index=False, header=False))",
                            row->name, (long long)m->n_columns - 1);
    }
}
