/* SPDX-License-Identifier: MIT */
#include "optim/optimizers.h"

#include "base/error.h"
#include "base/name_table.h"

#define ADDRESS(optimizer) &optimizer,
static const gfn_optimizer *const kinds[] = {GFN_OPTIMIZERS(ADDRESS)};

size_t gfn_optimizer_kinds(void)
{
    return sizeof kinds / sizeof kinds[0];
}

const gfn_optimizer *gfn_optimizer_kind(size_t index)
{
    return index < gfn_optimizer_kinds() ? kinds[index] : NULL;
}

const char *gfn_optimizer_name(size_t index)
{
    return index < gfn_optimizer_kinds() ? kinds[index]->name : NULL;
}

gfn_status gfn_optimizer_find(const char *name, const gfn_optimizer **optimizer)
{
    size_t index;
    GFN_TRY(gfn_find_name("optimizer", gfn_optimizer_name, "", name, &index));
    *optimizer = kinds[index];
    return GFN_OK;
}
