/* SPDX-License-Identifier: MIT */
#include "base/option_matrices.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

bool gfn_option_is_word(const gfn_option *row, const char *text)
{
    for (const char *word = row->choices; word;) {
        const size_t n = strcspn(word, "|");
        if (n > 0 && strncmp(word, text, n) == 0)
            return true;
        word = word[n] ? word + n + 1 : NULL;
    }
    return false;
}

static size_t names_bytes(const gfn_matrix *matrix)
{
    size_t bytes = 0;
    for (int64_t i = 0; matrix->column && i < matrix->n_columns; i++)
        bytes += sizeof(char *) + strlen(matrix->column[i]) + 1;
    return bytes;
}

/* The block holds the struct, the values, the pointers to the names and the names. */
gfn_status gfn_matrix_copy(const gfn_matrix *from, gfn_matrix **matrix)
{
    const size_t n = (size_t)from->n_rows * (size_t)from->n_columns;
    const size_t columns = from->column ? (size_t)from->n_columns : 0;
    gfn_matrix *copy = malloc(sizeof *copy + n * sizeof(double) + names_bytes(from));
    if (copy == NULL)
        return gfn_fail(GFN_ENOMEM, "options: no memory for the numbers of a file");
    double *value = (double *)(void *)(copy + 1);
    char **name = (char **)(void *)(value + n), *text = (char *)(name + columns);
    *copy = *from;
    copy->value = value;
    copy->column = columns ? (const char *const *)name : NULL;
    memcpy(value, from->value, n * sizeof *value);
    for (size_t i = 0; i < columns; i++) {
        const size_t bytes = strlen(from->column[i]) + 1;
        name[i] = memcpy(text, from->column[i], bytes);
        text += bytes;
    }
    *matrix = copy;
    return GFN_OK;
}

void gfn_matrix_free(gfn_matrix **matrix)
{
    free(*matrix);
    *matrix = NULL;
}
