/* SPDX-License-Identifier: MIT */
#include "io/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include "io/failure.h"

enum { LAST_STANDARD = 2 }; /* standard error */

int gfn_descriptor_open(const char *path, int flags)
{
    int descriptor, higher;
    GFN_RETRY(descriptor, open(path, flags | O_CLOEXEC, 0666));
    if (descriptor < 0 || descriptor > LAST_STANDARD)
        return descriptor;
    higher = fcntl(descriptor, F_DUPFD_CLOEXEC, LAST_STANDARD + 1);
    const int reason = errno;
    close(descriptor);
    errno = reason;
    return higher;
}
