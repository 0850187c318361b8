/* SPDX-License-Identifier: MIT
 *
 * Rules about texts: write() cuts them as snprintf() does, read() finds the object of each, and
 * copes with texts that mean none. A text of an object is one line, as files of objects need it.
 */
#include <string.h>

#include <gfn/random.h>

#include "base/error.h"
#include "base/format.h"
#include "env/check_optional.h"

/* Longest text of a state; bytes behind a text, to detect writes beyond it. */
enum { MOST_TEXT = 1 << 20, GUARD = 64, FILL = 0x5a };

struct texts {
    gfn_probe *probe;
    size_t room;
    char *text;    /* [room] */
    char *cut;     /* [room] */
    int32_t *read; /* [3 * width]: a state, its guard, and a copy */
};

static bool is_filled(const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (((const unsigned char *)bytes)[i] != FILL)
            return false;
    return true;
}

/* *needed: what write() returns. The bytes behind `size` are filled and must stay so. */
static gfn_status write_cut(struct texts *t, const int32_t *state, char *text, size_t size,
                            size_t *needed)
{
    const gfn_env *env = t->probe->env;
    memset(text, FILL, size + GUARD);
    gfn_probe_begin_call(t->probe, "write", NULL); /* a report of a crash would write the state */
    *needed = env->ops->write(env->world, state, text, size);
    GFN_TRY(gfn_probe_end_call(t->probe, "write", state));
    const size_t n = size > 0 ? strnlen(text, size) : 0;
    if (is_filled(text + size, GUARD) && (size == 0 || n < size))
        return GFN_OK;
    return gfn_probe_broken(env, NULL, "write cuts its text as snprintf() does",
                            "expected a text with its '\\0' in %zu byte%s, found %s", size,
                            gfn_plural((int64_t)size), n < size ? "a write beyond" : "no '\\0'");
}

/* Write the whole text to t->text. */
static gfn_status write_whole(struct texts *t, const int32_t *state)
{
    size_t n, again, room = t->room;
    char none[GUARD];
    GFN_TRY(write_cut(t, state, none, 0, &n));
    if (n > MOST_TEXT)
        return gfn_probe_broken(t->probe->env, NULL, "texts are short",
                                "expected at most %d bytes from write(), found %zu", MOST_TEXT, n);
    GFN_TRY(gfn_grow("a text", n + 1 + GUARD, 1, &room, &t->cut));
    GFN_TRY(gfn_grow("a text", n + 1 + GUARD, 1, &t->room, &t->text));
    GFN_TRY(write_cut(t, state, t->text, n + 1, &again));
    if (again == n && strlen(t->text) == n)
        return GFN_OK;
    return gfn_probe_broken(t->probe->env, state, "write returns the length of the whole text",
                            "expected %zu, as for a size of 0, found %zu, and a text of %zu bytes",
                            n, again, strlen(t->text));
}

static gfn_status check_cuts(struct texts *t, const int32_t *state)
{
    const size_t n = strlen(t->text), sizes[] = {1, 2, n / 2 + 1, n};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const size_t size = sizes[i] < n + 1 ? sizes[i] : n + 1;
        size_t needed;
        if (size == 0)
            continue;
        GFN_TRY(write_cut(t, state, t->cut, size, &needed));
        if (needed != n || strncmp(t->cut, t->text, size - 1) != 0 || t->cut[size - 1] != '\0')
            return gfn_probe_broken(t->probe->env, state, "write cuts its text as snprintf() does",
                                    "expected the first %zu bytes, and %zu returned, found \"%s\", "
                                    "and %zu",
                                    size - 1, n, t->cut, needed);
    }
    return GFN_OK;
}

/* Files of objects have one per line. Blanks around a text do not count, and '#' begins a line that
 * is ignored. */
static gfn_status check_line(struct texts *t, const int32_t *object)
{
    static const char blanks[] = " \t\r\n";
    const size_t n = strlen(t->text);
    const char *fault = NULL;
    if (n == 0)
        fault = "nothing";
    else if (t->text[0] == '#')
        fault = "a '#' at its beginning";
    else if (strchr(blanks, t->text[0]) || strchr(blanks, t->text[n - 1]))
        fault = "a blank at its beginning or end";
    else if (strpbrk(t->text, "\r\n"))
        fault = "a line end";
    if (fault == NULL)
        return GFN_OK;
    return gfn_probe_broken(t->probe->env, object, "the text of an object is one line",
                            "expected a text without line ends, without blanks around it, and not "
                            "beginning with '#', found %s",
                            fault);
}

/* read() of a text, which may mean no object. *is_state: whether it means a state. */
static gfn_status read_any(struct texts *t, const char *text, bool *is_state)
{
    static const char silent[] = "no message";
    const gfn_env *env = t->probe->env;
    const size_t bytes = (size_t)env->spec.state_width * sizeof *t->read;
    memset(t->read, FILL, 2 * bytes);
    gfn_fail(GFN_EINVAL, "%s", silent);
    gfn_probe_begin_call(t->probe, "read", NULL);
    const gfn_status status = env->ops->read(env->world, text, t->read);
    const bool is_silent = strcmp(gfn_error_message(), silent) == 0;
    *is_state = status == GFN_OK;
    if (status == GFN_ENOMEM || status == GFN_EIO)
        return gfn_fail_in(status, "read(): ");
    GFN_TRY(gfn_probe_end_call(t->probe, "read", NULL));
    if (!is_filled((const char *)t->read + bytes, bytes))
        return gfn_probe_broken(env, NULL, "read writes one state and nothing else",
                                "expected %d word%s of \"%.100s\", found a write beyond",
                                env->spec.state_width, gfn_plural(env->spec.state_width), text);
    if (status == GFN_OK || (status == GFN_EINVAL && !is_silent))
        return GFN_OK;
    return gfn_probe_broken(env, NULL, "read refuses a text by gfn_fail(GFN_EINVAL, ...)",
                            "expected GFN_OK or GFN_EINVAL with a message for \"%.100s\", found "
                            "the status %d%s",
                            text, (int)status, is_silent ? " without a message" : "");
}

/* The text of an object is read as that object. */
static gfn_status check_inverse(struct texts *t, const int32_t *object)
{
    const gfn_env *env = t->probe->env;
    const size_t width = (size_t)env->spec.state_width;
    char found[300];
    bool is_state;
    GFN_TRY(read_any(t, t->text, &is_state));
    if (is_state && memcmp(t->read, object, width * sizeof *object) == 0)
        return GFN_OK;
    if (is_state)
        gfn_env_state_text(env, t->read, found, sizeof found);
    else
        gfn_format(found, sizeof found, "none: %s", gfn_error_message());
    return gfn_probe_broken(env, object, "read inverts write",
                            "expected the same object of the text \"%.100s\", found %s", t->text,
                            found);
}

/* read() of a text that may mean anything. If it is an object, its own text means the same. */
static gfn_status check_other(struct texts *t, const char *text)
{
    const gfn_env *env = t->probe->env;
    const size_t width = (size_t)env->spec.state_width;
    int32_t *object = t->read + 2 * width;
    bool is_state;
    GFN_TRY(read_any(t, text, &is_state));
    if (!is_state)
        return GFN_OK;
    memcpy(object, t->read, width * sizeof *object);
    gfn_probe_begin_call(t->probe, "allowed_back", object);
    const gfn_status status = gfn_env_check_objects(env, 1, object);
    if (status != GFN_OK)
        return status == GFN_EINVAL ? GFN_OK : status;
    GFN_TRY(write_whole(t, object));
    return check_inverse(t, object);
}

/* Texts that are valid in no notation, or in only some. */
static gfn_status check_strange(struct texts *t)
{
    static const char *const texts[] = {
        "",      "?",    "-1",           "99999999999999999999",
        "1e400", "%s%n", "\xff\xfe\x80", "\"",
        "()",    "{",    "a,b,",         ",",
        "->",    "0",    "1 2",          "{}",
    };
    static const char *const repeated[] = {"A", "0", "1 ", "(", "a,"};
    char text[5000];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        GFN_TRY(check_other(t, texts[i]));
    for (size_t i = 0; i < sizeof repeated / sizeof repeated[0]; i++) {
        const size_t n = strlen(repeated[i]);
        for (size_t k = 0; k + 1 < sizeof text; k++)
            text[k] = repeated[i][k % n];
        text[sizeof text - 1] = '\0';
        GFN_TRY(check_other(t, text));
    }
    return GFN_OK;
}

/* The text of an object, cut, doubled, and with random bytes in it. */
static gfn_status check_faulty(struct texts *t, const int32_t *object, uint64_t i)
{
    enum { FAULTS = 8 };
    const gfn_stream stream = {.purpose = GFN_PURPOSE_CHECK, .iteration = i};
    char whole[GFN_PROBE_TEXT], text[2 * GFN_PROBE_TEXT];
    GFN_TRY(write_whole(t, object));
    gfn_format(whole, sizeof whole, "%s", t->text);
    const size_t n = strlen(whole);
    gfn_format(text, sizeof text, "%s%s", whole, whole);
    GFN_TRY(check_other(t, text));
    for (uint32_t fault = 0; fault < FAULTS && n > 0; fault++) {
        const size_t at = gfn_random_word(&stream, fault, 0) % n;
        gfn_format(text, sizeof text, "%s", whole);
        text[at] = fault % 2 ? (char)(gfn_random_word(&stream, fault, 1) % 256) : '\0';
        GFN_TRY(check_other(t, text));
    }
    return GFN_OK;
}

static gfn_status check_all(struct texts *t, const gfn_check_sample *states,
                            const gfn_check_sample *objects)
{
    enum { MOST_FAULTY = 32 };
    const size_t width = states->width;
    for (size_t i = 0; i < states->n; i++) {
        GFN_TRY(write_whole(t, states->state + i * width));
        GFN_TRY(check_cuts(t, states->state + i * width));
    }
    for (size_t i = 0; i < objects->n; i++) {
        const int32_t *object = objects->state + i * width;
        GFN_TRY(write_whole(t, object));
        GFN_TRY(check_line(t, object));
        GFN_TRY(check_inverse(t, object));
    }
    GFN_TRY(check_strange(t));
    for (size_t i = 0; i < objects->n && i < MOST_FAULTY; i++)
        GFN_TRY(check_faulty(t, objects->state + i * width, i));
    return GFN_OK;
}

gfn_status gfn_check_texts(gfn_probe *probe, const gfn_check_sample *states,
                           const gfn_check_sample *objects)
{
    struct texts t = {.probe = probe};
    if (probe->env->ops->write == NULL)
        return GFN_OK;
    gfn_status status = gfn_allocate("a state", 3 * states->width, sizeof *t.read, &t.read);
    if (status == GFN_OK)
        status = check_all(&t, states, objects);
    gfn_release(&t.text);
    gfn_release(&t.cut);
    gfn_release(&t.read);
    return status;
}
