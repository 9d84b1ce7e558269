/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render - `emt-site render`: the plan as files, a tree for each machine and owner/ for what has to
 * be done elsewhere.
 *
 * The same site file, test cases, templates and serial give the same bytes.  Files that stand in
 * the tree and are not rendered (keys, signed zones, certificates) are left alone. */
#ifndef EMT_RENDER_H
#define EMT_RENDER_H

#include "site/fill.h"
#include "plan/plan.h"
#include "io/tree.h"

struct render {
	struct arena *a;
	const struct plan *plan;
	const struct option_values *values;
	const char *share, *dir;
};

/* NULL, or one line that says what went wrong. */
const char *render(const struct render *r) __attribute__((warn_unused_result));

/* Its parts, by module. */
const char *render_zones(const struct render *r) __attribute__((warn_unused_result));
const char *render_name_server(const struct render *r, const struct plan_host *host)
    __attribute__((warn_unused_result));
const char *render_mail_server(const struct render *r, const struct plan_host *host)
    __attribute__((warn_unused_result));
const char *render_machine(const struct render *r, const struct plan_machine *machine)
    __attribute__((warn_unused_result));
const char *render_owner(const struct render *r) __attribute__((warn_unused_result));

/* The values that every template may use; those of a host on top. */
struct fill render_fill(const struct render *r, const struct plan_machine *machine);
struct fill render_host_fill(const struct render *r, const struct plan_host *host);

/* systemd's name of the unit of a host's name server. */
const char *render_name_server_unit(const struct render *r, const struct plan_host *host);

/* The script that makes a machine's name servers read their zones again. */
const char *render_reload(const struct render *r, const struct plan_machine *machine)
    __attribute__((warn_unused_result));

/* The log of a host's Postfix. */
const char *render_mail_log(const struct render *r, const struct plan_host *host);

/* Fills a template into a machine's tree. */
const char *render_to(struct fill *f, const struct plan_machine *machine, const char *template,
    const char *path, unsigned mode) __attribute__((warn_unused_result));

#endif
