/* SPDX-License-Identifier: MIT
 *
 * The terminal, if there is one. Without a launcher, isatty() finds out. A launcher connects its
 * processes to pipes or terminals that it reads, which say nothing about the user's terminal. One
 * that started this process directly, on this host, copies what it reads to its own output, and
 * /proc shows whether that is a terminal. Daemons of launchers (hydra_pmi_proxy, orted, slurmstepd)
 * send it elsewhere: then it is not known.
 */
#include "ui/cli.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINK_SIZE = 4096, DEFAULT_COLUMNS = 80 };

/* Launchers that pass on the output of their processes unchanged, and the variables that show that
 * an option prevents this. */
static const char *const launchers[] = {"orterun", "mpirun", "prterun", "prte", NULL};
static const char *const markers[] = {"OMPI_MCA_orte_tag_output", "OMPI_MCA_orte_timestamp_output",
                                      "OMPI_MCA_orte_xml_output", "OMPI_MCA_orte_output_filename",
                                      "OMPI_MCA_orte_xterm",      NULL};

/* A standard descriptor that is closed would become that of the next file, which would then get
 * messages. */
void cli_open_standard_descriptors(void)
{
    int descriptor;
    do
        descriptor = open("/dev/null", O_RDWR);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor > STDERR_FILENO)
        close(descriptor);
}

/* The target of a link in /proc; "" if it cannot be read. */
static const char *read_link(const char *path, char target[LINK_SIZE])
{
    const ssize_t n = readlink(path, target, LINK_SIZE - 1);
    target[n > 0 ? n : 0] = '\0';
    return target;
}

static bool begins_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

static bool is_launcher(pid_t process)
{
    char path[64], target[LINK_SIZE];
    snprintf(path, sizeof path, "/proc/%ld/exe", (long)process);
    const char *slash = strrchr(read_link(path, target), '/');
    for (size_t i = 0; slash && launchers[i]; i++)
        if (strcmp(slash + 1, launchers[i]) == 0)
            return true;
    return false;
}

static bool is_marked(void)
{
    for (size_t i = 0; markers[i]; i++)
        if (getenv(markers[i]))
            return true;
    return false;
}

/* Whether a launcher reads the descriptor, and it is not redirected. */
static bool is_of_launcher(int descriptor)
{
    char path[64], target[LINK_SIZE];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    read_link(path, target);
    return begins_with(target, "pipe:") || begins_with(target, "/dev/pts/");
}

static int columns_of(int terminal)
{
    struct winsize size;
    return ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                      : DEFAULT_COLUMNS;
}

/* The same descriptor of the launcher, which is this process's parent. */
static int columns_of_launcher(int descriptor)
{
    const pid_t parent = getppid();
    char path[64], target[LINK_SIZE];
    if (!is_launcher(parent) || is_marked() || !is_of_launcher(descriptor))
        return 0;
    snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)parent, descriptor);
    read_link(path, target);
    if (!begins_with(target, "/dev/pts/") && !begins_with(target, "/dev/tty"))
        return 0;
    const int terminal = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (terminal < 0)
        return 0;
    const int columns = isatty(terminal) ? columns_of(terminal) : 0;
    close(terminal);
    return columns;
}

/* 80 if the terminal does not report its columns; 0: there is none, or it is unknown. */
static int find_columns(int descriptor)
{
    if (gfn_comm_is_launched())
        return columns_of_launcher(descriptor);
    return isatty(descriptor) ? columns_of(descriptor) : 0;
}

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
    return find_columns(descriptor);
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

/* The nearest level in the color cube, 6 x 6 x 6, which is 16 ... 231 of the 256 colors. */
static int nearest_level(int value)
{
    static const int levels[] = {0, 95, 135, 175, 215, 255};
    int best = 0;
    for (int i = 1; i < 6; i++)
        if (abs(levels[i] - value) < abs(levels[best] - value))
            best = i;
    return best;
}

void cli_print_background(double fraction)
{
    uint8_t rgb[3];
    gfn_viridis(fraction, rgb);
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
