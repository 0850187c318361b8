/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/thread_probe.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "base/clock.h"

/* ---- stack ---- */

/* A size as OpenMP reads it: a number and B, K (the default), M or G. 0: the text is no size, or
 * one that is too small for a thread, and has no effect. */
static size_t parse_size(const char *text)
{
    static const char units[] = "bkmg";
    char *end;
    while (text && isspace((unsigned char)*text))
        text++;
    if (text == NULL || !isdigit((unsigned char)*text))
        return 0;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    while (isspace((unsigned char)*end))
        end++;
    const char *unit = *end ? strchr(units, tolower((unsigned char)*end)) : units + 1;
    if (*end)
        end++;
    while (isspace((unsigned char)*end))
        end++;
    const int shift = unit ? 10 * (int)(unit - units) : 0;
    const size_t size = (size_t)number << shift;
    if (errno != 0 || unit == NULL || *end != '\0' || size >> shift != number)
        return 0;
    return size < (size_t)PTHREAD_STACK_MIN ? 0 : size;
}

size_t gfn_thread_stack(void)
{
    size_t size = parse_size(getenv("OMP_STACKSIZE"));
    if (size == 0)
        size = parse_size(getenv("GOMP_STACKSIZE"));
    pthread_attr_t attributes;
    if (size == 0 && pthread_attr_init(&attributes) == 0) {
        pthread_attr_getstacksize(&attributes, &size);
        pthread_attr_destroy(&attributes);
    }
    return size;
}

/* ---- number ---- */

typedef struct probe {
    pthread_t thread;
    long number;                  /* of the thread, as the kernel counts */
    pthread_mutex_t *all_started; /* a barrier: locked until then */
} probe;

static void *wait_for_all(void *self)
{
    probe *p = self;
#ifdef __linux__
    p->number = syscall(SYS_gettid);
#endif
    pthread_mutex_lock(p->all_started);
    pthread_mutex_unlock(p->all_started);
    return NULL;
}

/* The kernel counts a thread for a moment after it was joined: wait until its number is free. */
static void wait_for_end(const probe *p)
{
#ifdef __linux__
    while (syscall(SYS_tgkill, getpid(), p->number, 0) == 0)
        gfn_clock_sleep(100e-6);
#else
    (void)p;
#endif
}

static int start(int n, size_t stack, probe *probes, int *error)
{
    pthread_attr_t attributes;
    pthread_mutex_t all_started = PTHREAD_MUTEX_INITIALIZER;
    int started = 0;
    *error = pthread_attr_init(&attributes);
    if (*error)
        return 0;
    *error = pthread_attr_setstacksize(&attributes, stack);
    pthread_mutex_lock(&all_started);
    while (started < n && *error == 0) {
        probe *p = &probes[started];
        p->all_started = &all_started;
        *error = pthread_create(&p->thread, &attributes, wait_for_all, p);
        started += *error == 0;
    }
    pthread_mutex_unlock(&all_started);
    for (int i = 0; i < started; i++)
        pthread_join(probes[i].thread, NULL);
    for (int i = 0; i < started && *error; i++)
        wait_for_end(&probes[i]);
    pthread_attr_destroy(&attributes);
    return started;
}

int gfn_thread_probe(int n, size_t stack, int *error)
{
    *error = 0;
    probe *probes = n > 0 ? calloc((size_t)n, sizeof *probes) : NULL;
    if (n > 0 && probes == NULL)
        *error = ENOMEM;
    const int started = probes ? start(n, stack, probes, error) : 0;
    free(probes);
    return started;
}
