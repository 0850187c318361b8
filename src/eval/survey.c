/* SPDX-License-Identifier: MIT */
#include "eval/survey.h"

#include <math.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/sum.h"
#include "eval/graph.h"
#include "eval/regions.h"

/* What no action adds to a number. */
#define UNSEEN INT64_MIN

/* What a thread finds out about its part of the graph. */
typedef struct scout {
    gfn_graph *graph;
    int32_t *place; /* [graph->room][n_actions] */
    int64_t *leap;  /* [n_actions] */
    bool is_uneven; /* an action adds now this, now that, or a state has none */
} scout;

typedef struct surveyor {
    const gfn_env *env;
    size_t n_actions;
    scout *scouts; /* [threads] */
    double *target;
    double largest; /* log R */
    gfn_sum sum;    /* of R / exp(largest) */
    int64_t n_modes;
} surveyor;

static gfn_status allocate(const gfn_crew *crew, surveyor *s)
{
    GFN_TRY(gfn_allocate("survey", (size_t)crew->threads, sizeof *s->scouts, &s->scouts));
    for (int t = 0; t < crew->threads; t++) {
        scout *one = &s->scouts[t];
        GFN_TRY(gfn_graph_create(s->env, &one->graph));
        GFN_TRY(gfn_allocate("edges", one->graph->room * s->n_actions, sizeof *one->place,
                             &one->place));
        GFN_TRY(gfn_allocate("edges", s->n_actions, sizeof *one->leap, &one->leap));
        for (size_t a = 0; a < s->n_actions; a++)
            one->leap[a] = UNSEEN;
    }
    return GFN_OK;
}

static void dismiss(const gfn_crew *crew, surveyor *s)
{
    for (int t = 0; s->scouts && t < crew->threads; t++) {
        gfn_graph_destroy(&s->scouts[t].graph);
        gfn_release(&s->scouts[t].place);
        gfn_release(&s->scouts[t].leap);
    }
    gfn_release(&s->scouts);
}

/* ---- the graph and the rewards ---- */

/* Whether the actions of the loaded states add to their numbers what they add elsewhere. */
static void compare_leaps(const surveyor *s, scout *one, size_t first, size_t n)
{
    const int32_t *place = one->place;
    gfn_graph_place(one->graph, first, n, one->place);
    for (size_t i = 0; i < n; i++, place += s->n_actions) {
        one->is_uneven |= place[0] == GFN_NO_ACTION;
        for (size_t a = 0; a < s->n_actions; a++) {
            const int64_t leap = place[a] - (int64_t)(first + i);
            if (place[a] < 0)
                continue;
            if (one->leap[a] == UNSEEN)
                one->leap[a] = leap;
            one->is_uneven |= one->leap[a] != leap;
        }
    }
}

/* log R into target, and the largest of them. */
static void look(void *self, size_t first, size_t n, int thread, void *part)
{
    surveyor *s = self;
    scout *one = &s->scouts[thread];
    double *largest = part;
    *largest = -INFINITY;
    for (size_t done = 0, m; done < n; done += m) {
        m = n - done < one->graph->room ? n - done : one->graph->room;
        double *log_reward = s->target + first + done;
        gfn_graph_load(one->graph, first + done, m);
        if (!one->is_uneven)
            compare_leaps(s, one, first + done, m);
        gfn_graph_rewards(one->graph, m, log_reward);
        for (size_t i = 0; i < m; i++)
            *largest = log_reward[i] > *largest ? log_reward[i] : *largest;
    }
}

static void keep_largest(void *self, const void *part)
{
    surveyor *s = self;
    const double *largest = part;
    s->largest = *largest > s->largest ? *largest : s->largest;
}

/* What the threads found out together: false where actions are uneven. */
static bool settle_leaps(const gfn_crew *crew, const surveyor *s, int64_t *leap)
{
    for (int t = 0; t < crew->threads; t++)
        if (s->scouts[t].is_uneven)
            return false;
    for (size_t a = 0; a < s->n_actions; a++) {
        leap[a] = UNSEEN;
        for (int t = 0; t < crew->threads; t++) {
            const int64_t found = s->scouts[t].leap[a];
            if (found != UNSEEN && leap[a] != UNSEEN && found != leap[a])
                return false;
            leap[a] = found != UNSEEN ? found : leap[a];
        }
        if (leap[a] == UNSEEN) /* allowed nowhere */
            leap[a] = 0;
    }
    return true;
}

/* ---- the target ---- */

struct weight {
    gfn_sum sum;
    int64_t n_modes;
};

/* Turn log R into R / exp(largest). */
static void weigh(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread;
    const surveyor *s = self;
    struct weight *weight = part;
    for (double *x = s->target + first; x < s->target + first + n; x++) {
        weight->n_modes += *x >= s->largest;
        *x = exp(*x - s->largest);
        gfn_sum_add(&weight->sum, *x);
    }
}

static void add_weights(void *self, const void *part)
{
    surveyor *s = self;
    const struct weight *weight = part;
    gfn_sum_join(&s->sum, &weight->sum);
    s->n_modes += weight->n_modes;
}

static void divide(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread, (void)part;
    const surveyor *s = self;
    const double z = gfn_sum_value(&s->sum);
    for (size_t i = first; i < first + n; i++)
        s->target[i] /= z;
}

/* Before targets are divided, those of the modes are 1. */
static gfn_status count_regions(const surveyor *s, int64_t *n_regions)
{
    gfn_graph *graph = s->scouts[0].graph;
    gfn_regions *regions;
    *n_regions = -1;
    if (!gfn_regions_exist(s->env) || s->n_modes > GFN_REGIONS_MOST)
        return GFN_OK;
    GFN_TRY(gfn_regions_create(s->env, &regions));
    for (size_t i = 0; i < (size_t)s->env->spec.n_states; i++) {
        if (s->target[i] < 1)
            continue;
        gfn_graph_load(graph, i, 1);
        gfn_regions_add(regions, 1, graph->state);
    }
    *n_regions = gfn_regions_count(regions);
    gfn_regions_destroy(&regions);
    return GFN_OK;
}

static gfn_status find_all(const gfn_crew *crew, surveyor *s, gfn_survey *survey)
{
    const size_t n = (size_t)s->env->spec.n_states;
    GFN_TRY(gfn_crew_run(crew, n, &(gfn_loop){look, keep_largest, s}));
    if (!settle_leaps(crew, s, survey->leap))
        gfn_release(&survey->leap);
    GFN_TRY(gfn_crew_run(crew, n, &(gfn_loop){weigh, add_weights, s}));
    GFN_TRY(count_regions(s, &survey->n_regions));
    GFN_TRY(gfn_crew_run(crew, n, &(gfn_loop){divide, NULL, s}));
    survey->log_z = s->largest + log(gfn_sum_value(&s->sum));
    survey->n_modes = s->n_modes;
    return GFN_OK;
}

gfn_status gfn_survey_make(const gfn_crew *crew, const gfn_env *env, gfn_survey *survey)
{
    surveyor s = {.env = env, .n_actions = (size_t)env->spec.shape.n_actions, .largest = -INFINITY};
    *survey = (gfn_survey){.n_regions = -1};
    GFN_TRY(gfn_allocate("target distribution", (size_t)env->spec.n_states, sizeof *s.target,
                         &survey->target));
    GFN_TRY(gfn_allocate("edges", s.n_actions, sizeof *survey->leap, &survey->leap));
    s.target = survey->target;
    gfn_status status = allocate(crew, &s);
    if (status == GFN_OK)
        status = find_all(crew, &s, survey);
    dismiss(crew, &s);
    return status;
}

void gfn_survey_clear(gfn_survey *survey)
{
    gfn_release(&survey->target);
    gfn_release(&survey->leap);
}
