/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the detection of launchers. An input is an environment: lines "NAME=value".
 */
#include "fuzz.h"

#include "comm/launcher.h"

static char *environment;

static char *lookup(const char *name)
{
    const size_t length = strlen(name);
    for (char *line = environment; *line != '\0'; line += strlen(line) + 1)
        if (strncmp(line, name, length) == 0 && line[length] == '=')
            return line + length + 1;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    environment = malloc(n + 2); /* the lines, each ended by '\0', then an empty one */
    claim(environment != NULL, "no memory");
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const char c = data[i] == '\n' ? '\0' : (char)data[i];
        if (c != '\0' || (used > 0 && environment[used - 1] != '\0'))
            environment[used++] = c;
    }
    environment[used] = environment[used + (used <= n)] = '\0';
    const struct gfn_launcher found = gfn_launcher_find(lookup);
    claim(found.size >= 1 && found.rank >= 0, "size %d, rank %d", found.size, found.rank);
    if (found.name == NULL) {
        claim(found.size == 1 && found.rank == 0, "size %d, rank %d", found.size, found.rank);
    } else {
        claim(found.variable != NULL, "%s: no variable", found.name);
        const char *value = lookup(found.variable);
        claim(value != NULL && strtol(value, NULL, 10) == found.value, "%s: %d", found.variable,
              found.value);
        claim(!found.lacks_connection || found.size > 1, "%s: one is never lost", found.name);
    }
    free(environment);
    return 0;
}
