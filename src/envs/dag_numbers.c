/* SPDX-License-Identifier: MIT
 *
 * Numbers of all graphs of few variables. A pair of variables has one of three states: no edge, an
 * edge from the larger variable to the smaller one, or the other way. So a graph has a place among
 * 3^(d (d - 1) / 2), its pairs being the digits; its number is how many graphs have smaller places.
 * Removing an edge makes a digit 0, and so a graph comes after its parents. A bit for each place
 * says whether there is no circle: 1.8 MB for 6 variables, made by adding one variable after the
 * other.
 *
 * To check by: 3, 25, 543, 29281, 3781503 graphs of 2 ... 6 variables (OEIS A003024).
 */
#include "envs/dag.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { MOST = GFN_DAG_MOST_NUMBERED, WORD = 64 };

static int first_pair(int k)
{
    return k * (k - 1) / 2;
}

/* The digits of the pairs (k, i), i < k, are consecutive. */
static void set_parts(gfn_dag_numbers *numbers)
{
    const int d = numbers->d;
    int32_t power[MOST * (MOST - 1) / 2 + 1] = {1};
    for (int i = 1; i < (int)(sizeof power / sizeof power[0]); i++)
        power[i] = 3 * power[i - 1];
    for (int j = 0; j < d; j++)
        for (int set = 0; set < 1 << d; set++)
            for (int i = 0; i < d; i++) {
                const int pair = i < j ? first_pair(j) + i : first_pair(i) + j;
                if (i != j && (set >> i & 1))
                    numbers->part[j][set] += power[pair] * (i < j ? 2 : 1);
            }
}

/* A graph of the first k variables. */
typedef struct partial {
    int k;
    int32_t place;
    uint32_t descendants[MOST]; /* of each variable */
    int parents[MOST];          /* their number */
    uint32_t full;              /* variables that have as many parents as allowed */
} partial;

static partial extend(const partial *graph, int32_t place, uint32_t children, uint32_t parents,
                      int most_parents)
{
    partial more = *graph;
    const int k = more.k++;
    more.place = place;
    more.descendants[k] = children;
    for (int i = 0; i < k; i++)
        if (children >> i & 1) {
            more.descendants[k] |= graph->descendants[i];
            more.full |= (uint32_t)(++more.parents[i] == most_parents) << i;
        }
    for (int i = 0; i < k; i++)
        if ((parents >> i & 1) || (graph->descendants[i] & parents))
            more.descendants[i] |= (uint32_t)1 << k | more.descendants[k];
    more.parents[k] = __builtin_popcount(parents);
    more.full |= (uint32_t)(more.parents[k] == most_parents) << k;
    return more;
}

/* Mark the places of all graphs that contain this one as their first variables. Each new variable
 * gets any children, and any parents that are not reached from it. */
static void mark(gfn_dag_numbers *numbers, const partial *graph, int most_parents)
{
    const int k = graph->k;
    const uint32_t all = ((uint32_t)1 << k) - 1;
    for (uint32_t children = 0; children <= all; children++) {
        uint32_t reached = children;
        int32_t place = graph->place;
        if (children & graph->full)
            continue;
        for (int i = 0; i < k; i++)
            if (children >> i & 1) {
                reached |= graph->descendants[i];
                place += numbers->part[i][1 << k];
            }
        uint32_t parents = all & ~reached;
        for (const uint32_t others = parents;; parents = (parents - 1) & others) {
            const int32_t at = place + numbers->part[k][parents];
            if (__builtin_popcount(parents) <= most_parents && k == numbers->d - 1)
                numbers->bits[at / WORD] |= UINT64_C(1) << at % WORD;
            else if (__builtin_popcount(parents) <= most_parents) {
                const partial more = extend(graph, at, children, parents, most_parents);
                mark(numbers, &more, most_parents);
            }
            if (parents == 0)
                break;
        }
    }
}

gfn_status gfn_dag_numbers_init(gfn_dag_numbers *numbers, int d, int most_parents)
{
    const partial none = {.k = 0};
    *numbers = (gfn_dag_numbers){.d = d};
    if (d > MOST)
        return GFN_OK;
    size_t places = 1;
    for (int i = 0; i < first_pair(d); i++)
        places *= 3;
    numbers->words = (places + WORD - 1) / WORD;
    GFN_TRY(gfn_allocate("graphs", numbers->words, sizeof *numbers->bits, &numbers->bits));
    GFN_TRY(gfn_allocate("numbers of graphs", numbers->words, sizeof *numbers->before,
                         &numbers->before));
    set_parts(numbers);
    mark(numbers, &none, most_parents);
    for (size_t i = 0; i < numbers->words; i++) {
        numbers->before[i] = (int32_t)numbers->n;
        numbers->n += __builtin_popcountll(numbers->bits[i]);
    }
    return GFN_OK;
}

void gfn_dag_numbers_clear(gfn_dag_numbers *numbers)
{
    gfn_release(&numbers->bits);
    gfn_release(&numbers->before);
}

int64_t gfn_dag_numbers_find(const gfn_dag_numbers *numbers, const int32_t *graph)
{
    const uint32_t all = gfn_dag_all(numbers->d);
    size_t place = 0;
    for (int j = 0; j < numbers->d; j++)
        place += (size_t)numbers->part[j][(uint32_t)graph[j] & all];
    const uint64_t below = numbers->bits[place / WORD] & ((UINT64_C(1) << place % WORD) - 1);
    return numbers->before[place / WORD] + __builtin_popcountll(below);
}

/* The word of the graph with a number: the last with no more graphs before it. */
static size_t find_word(const gfn_dag_numbers *numbers, int64_t number)
{
    size_t low = 0, high = numbers->words;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (numbers->before[middle] <= number)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void decode(int d, size_t place, int32_t *graph)
{
    memset(graph, 0, (size_t)d * sizeof *graph);
    for (int k = 1; k < d; k++)
        for (int i = 0; i < k; i++, place /= 3) {
            graph[i] |= (int32_t)(place % 3 == 1) << k;
            graph[k] |= (int32_t)(place % 3 == 2) << i;
        }
}

/* Numbers are often consecutive: then the next graph is the next bit. */
void gfn_dag_numbers_graphs(const gfn_dag_numbers *numbers, size_t n, const int64_t *number,
                            int32_t *graph)
{
    size_t word = 0;
    uint64_t rest = 0;
    for (size_t i = 0; i < n; i++, rest &= rest - 1) {
        if (i == 0 || number[i] != number[i - 1] + 1) {
            word = find_word(numbers, number[i]);
            rest = numbers->bits[word];
            for (int64_t k = numbers->before[word]; k < number[i]; k++)
                rest &= rest - 1;
        }
        while (rest == 0)
            rest = numbers->bits[++word];
        decode(numbers->d, word * WORD + (size_t)__builtin_ctzll(rest),
               graph + i * (size_t)numbers->d);
    }
}
