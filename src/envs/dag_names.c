/* SPDX-License-Identifier: MIT
 *
 * Names of variables, from the first line of the data, and graphs as text: "A->B A->C", or "{}".
 * Names with characters that would be misunderstood are quoted as in CSV: "blood pressure"->age.
 */
#include "envs/dag.h"

#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

static const char no_edges[] = "{}", arrow[] = "->", blanks[] = " \t";

enum { MOST_DIGITS = 16 };

/* ---- names ---- */

static bool needs_quotes(const char *name)
{
    return strpbrk(name, " ,\">{}") != NULL;
}

static gfn_status check_name(int64_t column, const char *name)
{
    const unsigned char *c = (const unsigned char *)name;
    if (*c == '\0')
        return gfn_fail(
            GFN_EINVAL,
            "dag: data: expected a name for each column, found none for column %d (hint: "
            "pandas writes row numbers without a name: to_csv(index=False))",
            (int)column + 1);
    while (*c >= ' ' && *c != 0x7f)
        c++;
    if (*c == '\0')
        return GFN_OK;
    return gfn_fail(
        GFN_EINVAL,
        "dag: data: expected printable names of columns, found a control character in that "
        "of column %d (hint: rename it)",
        (int)column + 1);
}

/* Copy a name, with quotes if it needs them; returns the end of the copy. */
static char *quote(const char *name, char *to)
{
    const bool is_quoted = needs_quotes(name);
    if (is_quoted)
        *to++ = '"';
    for (; *name != '\0'; name++) {
        if (*name == '"')
            *to++ = '"';
        *to++ = *name;
    }
    if (is_quoted)
        *to++ = '"';
    *to = '\0';
    return to;
}

void gfn_dag_write_name(const gfn_dag *dag, int variable, char *text, size_t size)
{
    const char *name = dag->name[variable];
    const bool is_quoted = name[0] == '"';
    size_t used = 0;
    for (name += is_quoted; *name != '\0' && used + 1 < size; name++) {
        if (is_quoted && *name == '"' && *++name == '\0') /* the last one; others are doubled */
            break;
        text[used++] = *name;
    }
    text[used] = '\0';
}

static gfn_status check_distinct(const gfn_dag *dag)
{
    for (int j = 0; j < dag->d; j++)
        for (int i = 0; i < j; i++)
            if (strcmp(dag->name[i], dag->name[j]) == 0)
                return gfn_fail(
                    GFN_EINVAL,
                    "dag: data: expected different names of columns, found that %d and %d "
                    "are both %s (hint: rename one)",
                    i + 1, j + 1, dag->name[i]);
    return GFN_OK;
}

gfn_status gfn_dag_name_variables(gfn_dag *dag, const gfn_matrix *matrix)
{
    size_t bytes = 0;
    dag->d = matrix->n_columns < GFN_DAG_MOST ? (int)matrix->n_columns : GFN_DAG_MOST;
    for (int j = 0; j < dag->d; j++)
        bytes += matrix->column ? 2 * strlen(matrix->column[j]) + 3 : MOST_DIGITS;
    GFN_TRY(gfn_allocate("names", bytes, 1, &dag->names));
    char *end = dag->names;
    for (int j = 0; j < dag->d; j++) {
        dag->name[j] = end;
        if (matrix->column) {
            GFN_TRY(check_name(j, matrix->column[j]));
            end = quote(matrix->column[j], end) + 1;
        } else {
            end += gfn_format(end, MOST_DIGITS, "X%d", j) + 1;
        }
    }
    return check_distinct(dag);
}

/* ---- graphs as text ---- */

/* Text that is cut if it is too long. */
typedef struct output {
    char *text;
    size_t size, used;
} output;

static void append(output *to, const char *text)
{
    const size_t n = strlen(text);
    if (to->used < to->size)
        gfn_format(to->text + to->used, to->size - to->used, "%s", text);
    to->used += n;
}

size_t gfn_dag_write(const void *world, const int32_t *graph, char *text, size_t size)
{
    const gfn_dag *dag = world;
    output to = {.text = text, .size = size};
    for (int i = 0; i < dag->d; i++)
        for (int j = 0; j < dag->d; j++) {
            if (!((uint32_t)graph[j] >> i & 1))
                continue;
            if (to.used > 0)
                append(&to, " ");
            append(&to, dag->name[i]);
            append(&to, arrow);
            append(&to, dag->name[j]);
        }
    if (to.used == 0)
        append(&to, no_edges);
    return to.used;
}

/* The variable whose name the text begins with, which an arrow must follow, or a blank or the end;
 * -1: none. Unquoted names have no '>' and no blank, so only one variable fits. */
static int read_name(const gfn_dag *dag, bool is_before_arrow, const char **text)
{
    for (int j = 0; j < dag->d; j++) {
        const size_t n = strlen(dag->name[j]);
        if (strncmp(*text, dag->name[j], n) != 0)
            continue;
        const char *end = *text + n;
        const bool is_end = *end == '\0' || strchr(blanks, *end) != NULL;
        if (is_before_arrow ? strncmp(end, arrow, strlen(arrow)) == 0 : is_end) {
            *text = is_before_arrow ? end + strlen(arrow) : end;
            return j;
        }
    }
    return -1;
}

static gfn_status refuse(const gfn_dag *dag, const char *text)
{
    return gfn_fail(GFN_EINVAL,
                    "expected edges with blanks between them, such as %.100s->%.100s, or %s for no "
                    "edge, found \"%.100s\" (hint: the names are those of the data)",
                    dag->name[0], dag->name[1], no_edges, text);
}

gfn_status gfn_dag_read(const void *world, const char *text, int32_t *graph)
{
    const gfn_dag *dag = world;
    memset(graph, 0, (size_t)dag->d * sizeof *graph);
    if (strcmp(text, no_edges) == 0)
        return GFN_OK;
    do {
        text += strspn(text, blanks);
        const char *edge = text;
        const int from = read_name(dag, true, &text);
        const int to = from < 0 ? -1 : read_name(dag, false, &text);
        if (to < 0)
            return refuse(dag, edge);
        graph[to] |= (int32_t)((uint32_t)1 << from);
    } while (*text != '\0');
    return GFN_OK;
}
