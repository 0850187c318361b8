/* SPDX-License-Identifier: MIT */
#include "comm/mpi_name.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* "Open MPI v4.1.4, package: ...", "MPICH Version:\t4.0.2\nMPICH Release date: ...": words up to
 * the first comma or end of line, without "Version" and without the v before a number. */
const char *gfn_mpi_name_shorten(const char *full, char *name, size_t size)
{
    const char *end = full + strcspn(full, ",\r\n");
    size_t used = 0;
    for (const char *word = full; word < end;) {
        size_t length = strcspn(word, " \t:,\r\n");
        bool is_version = length == 7 && strncmp(word, "Version", 7) == 0;
        size_t skip = word[0] == 'v' && isdigit((unsigned char)word[1]) ? 1 : 0;
        size_t space = used > 0 ? 1 : 0;
        if (length > 0 && !is_version && used + space + length - skip < size) {
            if (space)
                name[used++] = ' ';
            memcpy(name + used, word + skip, length - skip);
            used += length - skip;
        }
        word += length + 1;
    }
    name[used] = '\0';
    return name;
}
