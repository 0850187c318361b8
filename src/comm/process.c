/* SPDX-License-Identifier: MIT
 *
 * The file is one line, "PID (NAME) STATE PARENT ...", of 52 fields. A name may contain anything,
 * so it ends at the last parenthesis: the other fields are a letter and numbers.
 */
#include "comm/process.h"

#include <stdio.h>
#include <string.h>

#include "base/format.h"

bool gfn_process_parse(const char *text, gfn_process *p)
{
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (open == NULL || close == NULL || close < open)
        return false;
    size_t length = (size_t)(close - open - 1);
    length = length < sizeof p->name ? length : sizeof p->name - 1;
    memcpy(p->name, open + 1, length);
    p->name[length] = '\0';
    int parent = 0; /* the fields: state, parent, 17 others, the start time */
    if (sscanf(close + 1,
               " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &p->state, &parent, &p->start) != 3)
        return false;
    p->parent = parent;
    return true;
}

bool gfn_process_read(pid_t number, gfn_process *p)
{
    char path[64], text[1024];
    gfn_format(path, sizeof path, "/proc/%ld/stat", (long)number);
    FILE *file = fopen(path, "re");
    const size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[n] = '\0';
    return gfn_process_parse(text, p);
}
