/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the command line; the input has one argument per line.
 */
#include "fuzz.h"

#include <getopt.h>

#include "ui/cli.h"

enum { MOST = 64 };

/* Reset getopt(), which would otherwise continue inside an argument "-abc" of the previous input. A
 * program that reads its arguments once does not need that. */
static void reset_getopt(void)
{
    char *const none[] = {"gfn-dist", NULL};
    optind = 0;
    getopt(1, none, "");
}

static void claim_message(const cli_request *request)
{
    claim(request->message[0] != '\0', "no message");
    claim(strnlen(request->message, sizeof request->message) < sizeof request->message, "no end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = fuzz_text(data, n), *argv[MOST + 2] = {"gfn-dist"}, *rest = text;
    int argc = 1;
    while (rest && argc <= MOST)
        argv[argc++] = strsep(&rest, "\n");
    if (argc > 1 && argv[argc - 1][0] == '\0') /* the newline at the end of a file */
        argc--;
    argv[argc] = NULL;
    reset_getopt();
    cli_request request;
    gfn_options *options = NULL;
    if (!cli_parse(argc, argv, &request)) {
        claim_message(&request);
    } else if (gfn_options_text(request.program, "config")[0] == '\0') {
        const gfn_status status = cli_train_options(&request, &options);
        if (status != GFN_OK)
            claim_refused(status);
        gfn_options_destroy(&options);
    }
    cli_clear(&request);
    free(text);
    return 0;
}
