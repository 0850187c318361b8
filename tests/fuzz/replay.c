/* SPDX-License-Identifier: MIT
 *
 * main() of a target in builds without libFuzzer: runs the target on files, and on all files of
 * folders, unchanged and cut at every byte; without arguments, on the corpus of the target.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

enum { LONGEST = 1 << 20, MOST_CUTS = 4096 };

static int n_files, n_inputs;

/* Copy the input into an allocation of its size, so that AddressSanitizer detects reads beyond
 * it. */
static void run(const uint8_t *bytes, size_t n)
{
    uint8_t *input = malloc(n ? n : 1);
    claim(input != NULL, "no memory");
    if (n > 0)
        memcpy(input, bytes, n);
    LLVMFuzzerTestOneInput(input, n);
    free(input);
    n_inputs++;
}

static void run_file(const char *path)
{
    static uint8_t bytes[LONGEST];
    FILE *file = fopen(path, "rb");
    claim(file != NULL, "%s: cannot open the file", path);
    const size_t n = fread(bytes, 1, sizeof bytes, file);
    claim(!ferror(file) && n < sizeof bytes, "%s: cannot be read, or is too long", path);
    fclose(file);
    printf("%s\n", path);
    fflush(stdout);
    run(bytes, n);
    for (size_t cut = 0; cut < n && cut < MOST_CUTS; cut++)
        run(bytes, cut);
    n_files++;
}

static void run_path(const char *path)
{
    struct stat found;
    claim(stat(path, &found) == 0, "%s: does not exist", path);
    if (!S_ISDIR(found.st_mode)) {
        run_file(path);
        return;
    }
    struct dirent **entries;
    const int n = scandir(path, &entries, NULL, alphasort);
    claim(n >= 0, "%s: cannot read the folder", path);
    for (int i = 0; i < n; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            run_file(name);
        free(entries[i]);
    }
    free(entries);
}

/* The corpus of the program fuzz_NAME. */
static void run_corpus(const char *program)
{
    const char *top = getenv("top_srcdir"), *name = strstr(program, "fuzz_");
    char path[4096];
    for (const char *next = name; next; next = strstr(next + 1, "fuzz_"))
        name = next;
    claim(name != NULL, "%s: the name is not fuzz_NAME", program);
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", top ? top : ".", name + 5);
    run_path(path);
    claim(n_files > 0, "%s: no file", path);
}

int main(int argc, char **argv)
{
    if (argc == 1)
        run_corpus(argv[0]);
    for (int i = 1; i < argc; i++)
        run_path(argv[i]);
    printf("%d files, %d inputs\n", n_files, n_inputs);
    return 0;
}
