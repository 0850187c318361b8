/* SPDX-License-Identifier: MIT
 *
 * The Ising model: n spins, unset or -1 or +1, of which an action sets one. All spins are set in an
 * object. Its reward is in envs/ising.h; what is known exactly, in envs/ising_torus.c and
 * envs/ising_sum.c.
 */
#include "envs/ising.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

/* MAX_SIDE: its 2 side^2 actions are at most GFN_ENV_MAX_ACTIONS. 3^MAX_NUMBERED fits into int64;
 * a file of rewards has at most 2^GFN_ENV_MAX_NDIM objects. */
enum { DEFAULT_SIDE = 4, MAX_SIDE = 181, MAX_SPINS = GFN_ENV_MAX_ACTIONS / 2, MAX_NUMBERED = 39 };
#define DEFAULT_SIGMA 0.2

static const gfn_option options[] = {
    {"side", GFN_OPTION_INT, "", 2, MAX_SIDE, NULL, "Ising",
     "spins per side of the torus; unset: 4, or those of --couplings"},
    {"sigma", GFN_OPTION_NUMBER, "", -100, 100, NULL, "Ising",
     "coupling J of neighbours on the torus: log R has 2 sigma per bond; unset: 0.2"},
    {"couplings", GFN_OPTION_MATRIX, "", 0, 0, NULL, "Ising",
     "symmetric matrix J of couplings instead of the torus, with a diagonal of zeros"},
    {0},
};

/* Sums of couplings must be finite. */
#define MAX_COUPLING 1e100

/* ---- creating ---- */

static gfn_status check_couplings(const gfn_matrix *j)
{
    const int64_t n = j->n_rows;
    if (j->n_columns != n || n < 2 || n > MAX_SPINS)
        return gfn_fail(GFN_EINVAL,
                        "ising: couplings: expected a square matrix of 2 to %d rows, found %" PRId64
                        " x %" PRId64 " (hint: one row and one column per spin)",
                        MAX_SPINS, n, j->n_columns);
    for (int64_t a = 0; a < n; a++) {
        if (j->value[a * n + a] != 0)
            return gfn_fail(GFN_EINVAL,
                            "ising: couplings: expected 0 on the diagonal, found %g in row %" PRId64
                            ", column %" PRId64 ", counted from 0 (hint: s_i s_i is always 1)",
                            j->value[a * n + a], a, a);
        for (int64_t b = 0; b < a; b++) {
            if (fabs(j->value[a * n + b]) > MAX_COUPLING)
                return gfn_fail(GFN_EINVAL,
                                "ising: couplings: expected numbers within %g, found %g in row "
                                "%" PRId64 ", column %" PRId64 ", counted from 0",
                                MAX_COUPLING, j->value[a * n + b], a, b);
            if (j->value[a * n + b] != j->value[b * n + a])
                return gfn_fail(
                    GFN_EINVAL,
                    "ising: couplings: expected a symmetric matrix, found %.17g in row %" PRId64
                    ", column %" PRId64 ", counted from 0, but %.17g in row %" PRId64
                    ", column %" PRId64 " (hint: (J + J') / 2 gives the same rewards)",
                    j->value[a * n + b], a, b, j->value[b * n + a], b, a);
        }
    }
    return GFN_OK;
}

static gfn_status read_couplings(gfn_ising *ising, const gfn_options *set)
{
    const gfn_matrix *j = gfn_options_matrix(set, "couplings");
    static const char *const others[] = {"side", "sigma"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (gfn_options_is_set(set, others[i]))
            return gfn_fail(GFN_EINVAL,
                            "ising: expected --couplings or --%s, found both (hint: %s is of the "
                            "torus)",
                            others[i], others[i]);
    GFN_TRY(check_couplings(j));
    ising->n = (int32_t)j->n_rows;
    const size_t entries = (size_t)j->n_rows * (size_t)j->n_rows;
    GFN_TRY(gfn_allocate("ising", entries, sizeof(double), &ising->coupling));
    memcpy(ising->coupling, j->value, entries * sizeof(double));
    return GFN_OK;
}

/* On the torus of side 2, the two ways from a spin to its neighbour are one bond, because J is one
 * number for each pair. So its 4 spins are a ring. */
static gfn_status make_torus(gfn_ising *ising, const gfn_options *set)
{
    const bool has_sigma = gfn_options_is_set(set, "sigma");
    const double sigma = has_sigma ? gfn_options_number(set, "sigma") : DEFAULT_SIGMA;
    ising->side =
        gfn_options_is_set(set, "side") ? (int32_t)gfn_options_int(set, "side") : DEFAULT_SIDE;
    ising->n = ising->side * ising->side;
    ising->bond = 2 * sigma;
    if (ising->side > 2)
        return GFN_OK;
    GFN_TRY(gfn_allocate("ising", 16, sizeof(double), &ising->coupling));
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            ising->coupling[4 * a + b] = a != b && a + b != 3 ? sigma : 0;
    return GFN_OK;
}

static void destroy(void *world)
{
    gfn_ising *ising = world;
    gfn_release(&ising->coupling);
    gfn_release(&ising);
}

static gfn_status create(const gfn_options *set, void **world)
{
    gfn_ising *made;
    GFN_TRY(gfn_allocate("ising", 1, sizeof *made, &made));
    const bool is_torus = !gfn_options_is_set(set, "couplings");
    const gfn_status status = is_torus ? make_torus(made, set) : read_couplings(made, set);
    if (status == GFN_OK)
        *world = made;
    else
        destroy(made);
    return status;
}

/* ---- rewards ---- */

/* Bonds between unequal spins, to the right and down. */
static int64_t count_unequal(const int32_t *spin, int32_t side)
{
    int64_t unequal = 0;
    for (int32_t y = 0; y < side; y++) {
        const int32_t *row = spin + (size_t)y * (size_t)side;
        const int32_t *below = y + 1 < side ? row + side : spin;
        int32_t found = row[side - 1] != row[0];
        for (int32_t x = 0; x + 1 < side; x++)
            found += row[x] != row[x + 1];
        for (int32_t x = 0; x < side; x++)
            found += row[x] != below[x];
        unequal += found;
    }
    return unequal;
}

static double sum_couplings(const gfn_ising *ising, const int32_t *spin)
{
    const size_t n = (size_t)ising->n;
    double sum = 0;
    for (size_t i = 1; i < n; i++) {
        const double *j = ising->coupling + i * n;
        double field = 0;
        for (size_t k = 0; k < i; k++)
            field += spin[k] == GFN_SPIN_UP ? j[k] : -j[k];
        sum += spin[i] == GFN_SPIN_UP ? field : -field;
    }
    return 2 * sum;
}

static double sum_set_couplings(const gfn_ising *ising, const int32_t *spin, const int32_t *state)
{
    const size_t n = (size_t)ising->n;
    double sum = 0;
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < i; k++)
            sum += ising->coupling[i * n + k] * spin[state[i]] * spin[state[k]];
    return 2 * sum;
}

/* On the torus an integer times 2 sigma, so that equal rewards have equal bits. */
static void log_reward(const void *world, size_t n, const int32_t *state, double *log_r)
{
    const gfn_ising *ising = world;
    for (size_t i = 0; i < n; i++, state += ising->n)
        log_r[i] = ising->coupling ? sum_couplings(ising, state)
                                   : ising->bond * (double)(2 * (int64_t)ising->n -
                                                            2 * count_unequal(state, ising->side));
}

/* That of the bonds between spins that are set. */
static void log_partial_reward(const void *world, size_t n, const int32_t *state, double *log_r)
{
    static const int32_t spin[] = {[GFN_SPIN_UNSET] = 0, [GFN_SPIN_DOWN] = -1, [GFN_SPIN_UP] = 1};
    const gfn_ising *ising = world;
    const int32_t side = ising->side;
    for (size_t i = 0; i < n; i++, state += ising->n) {
        int64_t bonds = 0;
        for (int32_t k = 0; ising->coupling == NULL && k < ising->n; k++) {
            const int32_t x = k % side, right = x + 1 < side ? k + 1 : k - x;
            bonds += spin[state[k]] * (spin[state[right]] + spin[state[(k + side) % ising->n]]);
        }
        log_r[i] =
            ising->coupling ? sum_set_couplings(ising, spin, state) : ising->bond * (double)bonds;
    }
}

/* log R of the checkerboard, or of equal spins. */
static double log_reward_of_pattern(const gfn_ising *ising, bool is_checkerboard)
{
    int32_t *state;
    double log_r = NAN;
    if (gfn_allocate("ising", (size_t)ising->n, sizeof *state, &state) != GFN_OK)
        return NAN;
    for (int32_t i = 0; i < ising->n; i++)
        state[i] = is_checkerboard && (i / ising->side + i % ising->side) % 2 ? GFN_SPIN_DOWN
                                                                              : GFN_SPIN_UP;
    log_reward(ising, 1, state, &log_r);
    gfn_release(&state);
    return log_r;
}

/* If no coupling is negative, equal spins are best. If sigma is negative, the checkerboard is: on a
 * torus of odd side it has one bond between equal spins in each row and column, and a ring of odd
 * length has at least one. */
static double find_max_log_reward(const gfn_ising *ising)
{
    const size_t entries = (size_t)ising->n * (size_t)ising->n;
    if (ising->side > 0)
        return log_reward_of_pattern(ising, ising->bond < 0);
    for (size_t i = 0; i < entries; i++)
        if (ising->coupling[i] < 0)
            return NAN;
    return log_reward_of_pattern(ising, false);
}

/* A ring of 4 spins: Z = (2 cosh K)^4 + (2 sinh K)^4. */
static double ring_log_z(double bond)
{
    const double k = fabs(bond);
    return 4 * (k + log1p(exp(-2 * k))) + log1p(pow(tanh(k), 4));
}

static void describe(const void *world, gfn_env_spec *spec)
{
    const gfn_ising *ising = world;
    const int32_t n = ising->n;
    *spec = (gfn_env_spec){
        .shape = {.n_actions = 2 * n,
                  .n_back_actions = n,
                  .stop_action = -1,
                  .obs_dim = 2 * n,
                  .obs_hot = 0},
        .state_width = n,
        .max_steps = n,
        .n_states = n <= MAX_NUMBERED ? 1 : 0,
        .zero_is_missing = true,
        .max_log_reward = find_max_log_reward(ising),
        .log_z = ising->side == 0   ? NAN
                 : ising->side == 2 ? ring_log_z(ising->bond)
                                    : gfn_ising_torus_log_z(ising->side, ising->bond),
        .table_ndim = n <= GFN_ENV_MAX_NDIM ? n : 0,
    };
    for (int32_t i = 0; i < n && spec->n_states > 0; i++)
        spec->n_states *= 3;
    for (int d = 0; d < spec->table_ndim; d++)
        spec->table_axis[d] = 2;
}

static void start(const void *world, size_t n, int32_t *state)
{
    const gfn_ising *ising = world;
    memset(state, 0, n * (size_t)ising->n * sizeof *state);
}

/* ---- edges: action 2 i sets spin i to -1, action 2 i + 1 to +1; backward action i unsets it ----
 */

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_ising *ising = world;
    const size_t words = n * (size_t)ising->n;
    for (size_t i = 0; i < words; i++)
        mask[2 * i] = mask[2 * i + 1] = state[i] == GFN_SPIN_UNSET;
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    const gfn_ising *ising = world;
    for (size_t i = 0; i < n; i++)
        state[i * (size_t)ising->n + (size_t)action[i] / 2] = GFN_SPIN_DOWN + action[i] % 2;
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_ising *ising = world;
    const size_t words = n * (size_t)ising->n;
    for (size_t i = 0; i < words; i++)
        mask[i] = state[i] != GFN_SPIN_UNSET;
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    const gfn_ising *ising = world;
    for (size_t i = 0; i < n; i++)
        state[i * (size_t)ising->n + (size_t)back[i]] = GFN_SPIN_UNSET;
}

static void back_action(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *back)
{
    (void)world;
    (void)state;
    for (size_t i = 0; i < n; i++)
        back[i] = action[i] / 2;
}

static void forward_action(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action)
{
    const gfn_ising *ising = world;
    for (size_t i = 0; i < n; i++) {
        const int32_t spin = state[i * (size_t)ising->n + (size_t)back[i]];
        action[i] = 2 * back[i] + (spin == GFN_SPIN_UP);
    }
}

/* ---- observations, numbers and places ---- */

/* Two numbers per spin: whether it is -1, and whether it is +1. They are dense, although half of
 * them are 0: for a network of width 256, a product of matrices is faster than n indices, and it
 * also learned better than with a third number for spins that are unset. */
static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    const gfn_ising *ising = world;
    const size_t words = n * (size_t)ising->n;
    (void)index;
    for (size_t i = 0; i < words; i++) {
        x[2 * i] = state[i] == GFN_SPIN_DOWN;
        x[2 * i + 1] = state[i] == GFN_SPIN_UP;
    }
}

static void number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    const gfn_ising *ising = world;
    for (size_t i = 0; i < n; i++, state += ising->n) {
        number[i] = 0;
        for (int32_t k = 0; k < ising->n; k++)
            number[i] = 3 * number[i] + state[k];
    }
}

/* Numbers are often consecutive: then incrementing the previous state saves the divisions. */
static void state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    const gfn_ising *ising = world;
    const size_t width = (size_t)ising->n;
    for (size_t i = 0; i < n; i++, state += width) {
        uint64_t rest = (uint64_t)number[i];
        size_t k = width;
        if (i > 0 && number[i] == number[i - 1] + 1) {
            memcpy(state, state - width, width * sizeof *state);
            while (k-- > 0 && ++state[k] == 3)
                state[k] = 0;
            continue;
        }
        for (; k-- > 0; rest /= 3)
            state[k] = (int32_t)(rest % 3);
    }
}

static void table_place(const void *world, size_t n, const int32_t *state, int64_t *place)
{
    const gfn_ising *ising = world;
    for (size_t i = 0; i < n; i++, state += ising->n) {
        place[i] = 0;
        for (int32_t k = 0; k < ising->n; k++)
            place[i] = 2 * place[i] + (state[k] == GFN_SPIN_UP);
    }
}

/* ---- text: "+--+", '.' for a spin that is unset, '?' for a word that is none ---- */

static const char signs[] = ".-+";

static char sign_of(int32_t spin)
{
    return spin >= GFN_SPIN_UNSET && spin <= GFN_SPIN_UP ? signs[spin] : '?';
}

static size_t write_state(const void *world, const int32_t *state, char *text, size_t size)
{
    const gfn_ising *ising = world;
    const size_t n = (size_t)ising->n, most = size > 0 ? size - 1 : 0, cut = n < most ? n : most;
    for (size_t i = 0; i < cut; i++)
        text[i] = sign_of(state[i]);
    if (size > 0)
        text[cut] = '\0';
    return n;
}

static gfn_status read_state(const void *world, const char *text, int32_t *state)
{
    const gfn_ising *ising = world;
    const size_t n = strlen(text);
    if (n != (size_t)ising->n)
        return gfn_fail(GFN_EINVAL, "expected %" PRId32 " signs + and -, found %zu character%s",
                        ising->n, n, gfn_plural((int64_t)n));
    for (size_t i = 0; i < n; i++) {
        const char *sign = strchr(signs, text[i]);
        if (sign == NULL)
            return gfn_fail(GFN_EINVAL, "expected + or -, found '%c' for spin %zu, counted from 0",
                            text[i], i);
        state[i] = (int32_t)(sign - signs);
    }
    return GFN_OK;
}

/* ---- marginals ---- */

static int64_t count_rows(const void *world)
{
    (void)world;
    return GFN_ISING_ROWS;
}

static void write_key(const void *world, int64_t row, char *text, size_t size)
{
    static const char *const names[GFN_ISING_ROWS] = {
        [GFN_ISING_ENERGY] = "energy",
        [GFN_ISING_MAGNETIZATION] = "magnetization",
        [GFN_ISING_ABS_MAGNETIZATION] = "abs_magnetization",
    };
    (void)world;
    gfn_format(text, size, "%s", names[row]);
}

/* All per spin. The energy is that of the model itself, at beta 1: -log R. */
static void find_values(const void *world, size_t n, const int32_t *state, double *value)
{
    const gfn_ising *ising = world;
    for (size_t i = 0; i < n; i++, state += ising->n, value += GFN_ISING_ROWS) {
        int64_t sum = 0;
        double log_r;
        log_reward(world, 1, state, &log_r);
        for (int32_t k = 0; k < ising->n; k++)
            sum += 2 * state[k] - 3;
        value[GFN_ISING_ENERGY] = -log_r / ising->n;
        value[GFN_ISING_MAGNETIZATION] = (double)sum / ising->n;
        value[GFN_ISING_ABS_MAGNETIZATION] = fabs((double)sum / ising->n);
    }
}

static const gfn_env_marginals marginals = {
    .size = sizeof(gfn_env_marginals),
    .name = "observables",
    .keys = "quantity",
    .columns = "mean",
    .count = count_rows,
    .key = write_key,
    .find = find_values,
    .bins = gfn_ising_bins,
    .object_lines = gfn_ising_lines,
    .draw_object = gfn_ising_draw,
};

/* An entry of the table in registry.c. */
const gfn_env_ops gfn_env_ising = {
    .size = sizeof(gfn_env_ops),
    .name = "ising",
    .summary = "Spins of an Ising model, on a torus or with any couplings, set in any order.",
    .options = options,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .start = start,
    .allowed = allowed,
    .step = step,
    .allowed_back = allowed_back,
    .step_back = step_back,
    .back_action = back_action,
    .forward_action = forward_action,
    .log_reward = log_reward,
    .observe = observe,
    .number = number,
    .state_at = state_at,
    .write = write_state,
    .read = read_state,
    .table_place = table_place,
    .solver = &gfn_ising_solver,
    .marginals = &marginals,
    .log_partial_reward = log_partial_reward,
    .source =
        "Zhang et al. 2022, arXiv:2202.01361; exact: Kaufman 1949, doi 10.1103/PhysRev.76.1232",
};
