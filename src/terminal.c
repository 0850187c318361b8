/* SPDX-License-Identifier: MIT
 *
 * What the terminal is like, if there is one.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static bool is_variable(const char *name, const char *value)
{
    const char *found = getenv(name);
    return found != NULL && strcmp(found, value) == 0;
}

int cli_columns(int descriptor)
{
    const char *term = getenv("TERM");
    if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
        return 0;
    return gfn_comm_terminal_columns(descriptor);
}

/* NO_COLOR: https://no-color.org */
bool cli_has_color(const cli_request *request, int descriptor)
{
    const char *color = gfn_options_text(request->program, "color");
    const char *no_color = getenv("NO_COLOR");
    if (strcmp(color, "auto") != 0)
        return strcmp(color, "always") == 0;
    return (no_color == NULL || no_color[0] == '\0') && cli_columns(descriptor) > 0;
}

/* Levels of the 6 x 6 x 6 colours that are 16 ... 231 of the 256. */
static int nearest_level(int value)
{
    static const int levels[] = {0, 95, 135, 175, 215, 255};
    int best = 0;
    for (int i = 1; i < 6; i++)
        if (abs(levels[i] - value) < abs(levels[best] - value))
            best = i;
    return best;
}

void cli_print_background(double share)
{
    uint8_t rgb[3];
    gfn_viridis(share, rgb);
    if (is_variable("COLORTERM", "truecolor") || is_variable("COLORTERM", "24bit"))
        printf("\033[48;2;%d;%d;%dm", rgb[0], rgb[1], rgb[2]);
    else
        printf("\033[48;5;%dm",
               16 + 36 * nearest_level(rgb[0]) + 6 * nearest_level(rgb[1]) + nearest_level(rgb[2]));
}

void cli_print_no_background(void)
{
    printf("\033[0m");
}
