/* SPDX-License-Identifier: MIT
 *
 * What calls of a world's functions leave behind: failures, and changes of the floating-point mode.
 * A world's functions return nothing and are called by several threads at once, so a failure is
 * kept with the environment until the function of the library that called them asks for it. A list
 * of all environments finds the one whose world it is.
 */
#include <pthread.h>
#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "env/env_internal.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gfn_env *environments;

/* A world that the calling thread is creating is in no list yet. */
static _Thread_local struct {
    bool is_running;
    char failure[512];
} creation;

/* ---- all environments ---- */

void gfn_env_begin_creation(void)
{
    creation.is_running = true;
    creation.failure[0] = '\0';
}

/* Under the lock. The first failure counts: later ones are often its consequences. */
static void note(const gfn_env *env, const int32_t *state, const char *text)
{
    char where[200] = "";
    gfn_env_record *r = env->record;
    if (atomic_load_explicit(&r->has_failed, memory_order_relaxed))
        return;
    if (state)
        gfn_env_state_text(env, state, where, sizeof where);
    gfn_format(r->failure, sizeof r->failure, "%s failed%s%s: %s", env->ops->name,
               state ? " in state " : "", where, text);
    atomic_store_explicit(&r->has_failed, true, memory_order_release);
}

void gfn_env_end_creation(gfn_env *env)
{
    creation.is_running = false;
    if (env == NULL)
        return;
    pthread_mutex_lock(&lock);
    env->next = environments;
    environments = env;
    if (creation.failure[0])
        note(env, NULL, creation.failure);
    pthread_mutex_unlock(&lock);
}

void gfn_env_begin_destruction(gfn_env *env)
{
    pthread_mutex_lock(&lock);
    gfn_env **at = &environments;
    while (*at != env)
        at = &(*at)->next;
    *at = env->next;
    pthread_mutex_unlock(&lock);
}

/* ---- failures ---- */

/* Worlds of one kind may be one world, which then has failed in all its environments. NULL may be
 * the world of several kinds, whose states are of different widths. */
static bool note_all(const void *world, const int32_t *state, const char *text)
{
    bool is_found = false;
    for (const gfn_env *env = environments; env; env = env->next) {
        if (env->world != world)
            continue;
        note(env, world ? state : NULL, text);
        is_found = true;
    }
    return is_found;
}

/* A failure must not be lost. If the pointer is not that of a world, any may have failed. */
void gfn_env_fail(const void *world, const int32_t *state, const char *format, ...)
{
    char text[sizeof creation.failure];
    va_list arguments;
    va_start(arguments, format);
    gfn_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&lock);
    if (!note_all(world, state, text)) {
        if (creation.is_running)
            memcpy(creation.failure, text, sizeof text);
        for (const gfn_env *env = environments; env && !creation.is_running; env = env->next)
            note(env, NULL, text);
    }
    pthread_mutex_unlock(&lock);
}

gfn_status gfn_env_failure(const gfn_env *env)
{
    gfn_env_record *r = env->record;
    char text[sizeof r->failure];
    if (gfn_env_end_calls(env))
        return GFN_OK;
    pthread_mutex_lock(&lock);
    memcpy(text, r->failure, sizeof text);
    atomic_store_explicit(&r->has_failed, false, memory_order_relaxed);
    pthread_mutex_unlock(&lock);
    return gfn_fail(GFN_EENV, "%s", text);
}

/* ---- the floating-point mode ---- */

void gfn_env_restore_mode(const gfn_env *env)
{
    gfn_env_record *r = env->record;
    gfn_float_mode_set(env->mode);
    pthread_mutex_lock(&lock);
    if (!r->changes_mode)
        gfn_notices_add(&r->notices,
                        "%s: its functions change the floating-point mode; it is restored after "
                        "each call (hint: fegetround() and fesetround() restore it)",
                        env->ops->name);
    r->changes_mode = true;
    pthread_mutex_unlock(&lock);
}

const char *gfn_env_notice(const gfn_env *env)
{
    return env->record->notices.text;
}
