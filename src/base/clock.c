/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

double gfn_clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void gfn_clock_sleep(double seconds)
{
    const time_t whole = (time_t)seconds;
    const struct timespec nap = {whole, (long)(1e9 * (seconds - (double)whole))};
    nanosleep(&nap, NULL);
}

static const char *stamp(char *text, size_t size, const char *format, int utc)
{
    time_t now = time(NULL);
    struct tm parts = {0};
    if (utc)
        gmtime_r(&now, &parts);
    else
        localtime_r(&now, &parts);
    if (strftime(text, size, format, &parts) == 0 && size > 0)
        text[0] = '\0';
    return text;
}

const char *gfn_clock_stamp(char *text, size_t size)
{
    return stamp(text, size, "%Y%m%d-%H%M%S", 0);
}

const char *gfn_clock_utc(char *text, size_t size)
{
    return stamp(text, size, "%Y-%m-%dT%H:%M:%SZ", 1);
}
