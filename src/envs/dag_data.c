/* SPDX-License-Identifier: MIT
 *
 * Means and sums of products of the columns of a table of data: all that the scores need of it.
 */
#include "envs/dag.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"

static gfn_status check_shape(const gfn_matrix *matrix)
{
    if (matrix->n_columns < 2 || matrix->n_columns > GFN_DAG_MOST)
        return gfn_fail(GFN_EINVAL,
                        "dag: data: expected 2 to %d columns, one per variable, found %" PRId64
                        " (hint: rows are samples)",
                        GFN_DAG_MOST, matrix->n_columns);
    if (matrix->n_rows < 2)
        return gfn_fail(GFN_EINVAL,
                        "dag: data: expected at least 2 rows, one per sample, found %" PRId64
                        " (hint: the first line of a CSV has the names)",
                        matrix->n_rows);
    return GFN_OK;
}

/* A constant column says nothing of the others, and its scale is unknown. */
static gfn_status check_column(const gfn_matrix *matrix, int j, const char *name)
{
    const double *x = matrix->value + j;
    for (int64_t i = 1; i < matrix->n_rows; i++)
        if (x[i * matrix->n_columns] != x[0])
            return GFN_OK;
    return gfn_fail(
        GFN_EINVAL,
        "dag: data: expected columns with different values, found that %s is %g in all %" PRId64
        " rows (hint: leave this column out of the data)",
        name, x[0], matrix->n_rows);
}

static void find_means(gfn_dag_data *data, const gfn_matrix *matrix)
{
    for (int64_t i = 0; i < matrix->n_rows; i++)
        for (int j = 0; j < data->d; j++)
            data->mean[j] += matrix->value[i * data->d + j] / data->n;
}

static void find_scatter(gfn_dag_data *data, const gfn_matrix *matrix)
{
    const int d = data->d;
    double x[GFN_DAG_MOST];
    for (int64_t i = 0; i < matrix->n_rows; i++) {
        for (int j = 0; j < d; j++)
            x[j] = matrix->value[i * d + j] - data->mean[j];
        for (int j = 0; j < d; j++)
            for (int k = 0; k <= j; k++)
                data->scatter[j * d + k] += x[j] * x[k];
    }
    for (int j = 0; j < d; j++)
        for (int k = 0; k < j; k++)
            data->scatter[k * d + j] = data->scatter[j * d + k];
}

/* As if each column had been divided by its standard deviation, of n - 1 degrees of freedom. */
static void divide(gfn_dag_data *data)
{
    const int d = data->d;
    double deviation[GFN_DAG_MOST];
    for (int j = 0; j < d; j++)
        deviation[j] = sqrt(data->scatter[j * d + j] / (data->n - 1));
    for (int j = 0; j < d; j++)
        for (int k = 0; k < d; k++)
            data->scatter[j * d + k] /= deviation[j] * deviation[k];
}

gfn_status gfn_dag_data_init(gfn_dag_data *data, const gfn_options *options,
                             const gfn_matrix *matrix, char *const *name)
{
    const char *standardize = gfn_options_text(options, "standardize");
    GFN_TRY(check_shape(matrix));
    *data = (gfn_dag_data){.d = (int)matrix->n_columns, .n = (double)matrix->n_rows};
    find_means(data, matrix);
    find_scatter(data, matrix);
    for (int j = 0; j < data->d; j++) {
        const double square = data->scatter[j * data->d + j];
        GFN_TRY(check_column(matrix, j, name[j]));
        if (!isfinite(square + data->mean[j] * data->mean[j] * data->n) || square < 1e-300)
            return gfn_fail(
                GFN_EINVAL,
                "dag: data: expected values whose squares can be added, found that those of "
                "%s are too %s (hint: another unit)",
                name[j], square < 1e-300 ? "small" : "large");
    }
    if (strcmp(standardize, "yes") == 0)
        divide(data);
    if (strcmp(standardize, "no") != 0)
        memset(data->mean, 0, sizeof data->mean);
    return GFN_OK;
}
