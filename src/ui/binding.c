/* SPDX-License-Identifier: MIT
 *
 * Variables that bind OpenMP threads to cores. libgomp reads them when it is loaded and binds the
 * main thread at once. Then the program would see one core, and under a launcher the threads of all
 * ranks would share the first ones. So the variables are removed before any library begins; threads
 * stay on the cores that the launcher and the system give to the process.
 */
#include "ui/cli.h"

static const char *const names[] = {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY",
                                    "KMP_AFFINITY", NULL};

static const char *removed = "";

/* Sanitizers have not begun either: no code of theirs, and no library function, which they replace.
 */
#define BEFORE_LIBRARIES                                                                           \
    __attribute__((no_sanitize("address"), no_sanitize("undefined"), no_sanitize("thread")))

BEFORE_LIBRARIES static bool begins_with(const char *text, const char *begin)
{
    while (*begin != '\0' && *text == *begin)
        text++, begin++;
    return *begin == '\0';
}

BEFORE_LIBRARIES static const char *find_name(const char *setting)
{
    for (const char *const *name = names; *name; name++)
        if (begins_with(setting, *name))
            return *name;
    return NULL;
}

BEFORE_LIBRARIES static void remove_bindings(int argc, char **argv, char **environment)
{
    char **to = environment;
    (void)argc, (void)argv;
    for (char **from = environment; *from; from++) {
        const char *name = find_name(*from);
        if (name)
            removed = name;
        else
            *to++ = *from;
    }
    *to = NULL;
}

/* Functions in this section are called before the constructors of libraries. */
__attribute__((section(".preinit_array"),
               used)) static void (*const before_libraries)(int, char **,
                                                            char **) = remove_bindings;

const char *cli_removed_binding(void)
{
    return removed;
}
