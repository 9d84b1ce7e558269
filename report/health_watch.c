/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/health_watch.h"

enum { PARTS_MAX = 64, RED_MAX = 16 };

/* Which parts a case has, as `emt-site check --live` makes its records. */
enum need {
	NEED_ONCE,        /* without an address family */
	NEED_BOTH,        /* for IPv4 and for IPv6, whatever the case's hosts have */
	NEED_BELOW,       /* likewise, of a zone below the measurement's */
	NEED_ANY_FAMILY,  /* for one of them at least */
	NEED_HOST,        /* for each family of the case's hosts */
	NEED_CERTIFICATE, /* likewise, where they have a certificate */
};

static const struct {
	const char *part;
	enum need need;
} needs[] = {
    {"dnssec", NEED_ONCE},
    {"delegation", NEED_ONCE},
    {"mx", NEED_ONCE},
    {"name-server", NEED_BOTH},
    {"address", NEED_BOTH},
    {"delegation", NEED_BELOW},
    {"records", NEED_ANY_FAMILY},
    {"listener", NEED_HOST},
    {"starttls", NEED_HOST},
    {"tlsa", NEED_HOST},
    {"recipient", NEED_HOST},
    {"relay", NEED_HOST},
    {"tls", NEED_CERTIFICATE},
    {"certificate", NEED_CERTIFICATE},
};

/* One part of one family, as its records come. */
struct part {
	const char *name, *family; /* family: "ipv4", "ipv6", or "" */
	bool any_family;           /* no record of it was seen yet, and any family will do */
	const struct health *last; /* record */
	int64_t known_us;          /* up to when there was no gap */
	int64_t gap_us;            /* where one began; 0: none */
};

struct watch {
	struct part parts[PARTS_MAX];
	size_t n;
	int64_t from_us, to_us, every_us;
	const struct health *red[RED_MAX];
	size_t red_n;
};

static struct part *
part_find(struct watch *w, const char *name, const char *family)
{
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->parts[i].name, name) &&
		    (w->parts[i].any_family || !strcmp(w->parts[i].family, family))) {
			if (w->parts[i].any_family)
				w->parts[i].family = family;
			w->parts[i].any_family = false;
			return &w->parts[i];
		}
	if (w->n == PARTS_MAX)
		return NULL;
	w->parts[w->n] = (struct part){.name = name, .family = family, .known_us = w->from_us};
	return &w->parts[w->n++];
}

static void
expect_part(struct watch *w, const struct testcase *t, const char *part, enum need need)
{
	bool any = need == NEED_BOTH || need == NEED_BELOW;

	if (need == NEED_ONCE || need == NEED_ANY_FAMILY) {
		part_find(w, part, "")->any_family = need == NEED_ANY_FAMILY;
		return;
	}
	if (any || t->families != FAMILIES_IPV6)
		part_find(w, part, "ipv4");
	if (any || t->families != FAMILIES_IPV4)
		part_find(w, part, "ipv6");
}

static void
expect_parts(struct watch *w, const struct testcase *t)
{
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
		if ((needs[i].need != NEED_CERTIFICATE ||
			t->host->certificate != CERTIFICATE_NONE) &&
		    (needs[i].need != NEED_BELOW || t->zone[0]))
			expect_part(w, t, needs[i].part, needs[i].need);
}

static void
add_red(struct watch *w, const struct health *h)
{
	if (h && !h->ok && w->red_n < RED_MAX)
		w->red[w->red_n++] = h;
}

/* A record, or a run of like ones. */
static void
take(struct watch *w, const struct health *h)
{
	struct part *p = part_find(w, h->part, h->family ? h->family : "");
	int64_t until_us = health_until_us(h);

	/* One record behind the end tells of the end, later ones do not. */
	if (!p || (p->last && health_until_us(p->last) >= w->to_us))
		return;
	/* Of those before the start the last one alone matters. */
	if (p->last && health_until_us(p->last) <= w->from_us && h->time_us > w->from_us)
		add_red(w, p->last);
	if (until_us > w->from_us)
		add_red(w, h);
	if (!p->gap_us && h->time_us - p->known_us > w->every_us)
		p->gap_us = p->known_us;
	if (until_us > p->known_us)
		p->known_us = until_us;
	p->last = h;
}

static const char *
part_words(struct arena *a, const struct part *p)
{
	return arena_printf(a, "%s%s%s", p->name, p->family[0] ? " over " : "",
	    !p->family[0]                ? ""
	    : !strcmp(p->family, "ipv4") ? "IPv4"
					 : "IPv6");
}

static const char *
minutes(struct arena *a, int64_t us)
{
	return arena_printf(a, "%lld min", (long long)(us / 60000000));
}

static void
find_gaps(struct watch *w, struct arena *a, const struct testcase *t, struct health_watch *out)
{
	for (size_t i = 0; i < w->n && !out->note; i++) {
		struct part *p = &w->parts[i];

		if (p->last && !p->gap_us && w->to_us - p->known_us > w->every_us)
			p->gap_us = p->known_us;
		if (!p->last)
			out->note = arena_printf(a, "no health record of %s: %s, at that time",
			    t->name, part_words(a, p));
		else if (p->gap_us)
			out->note = arena_printf(a,
			    "health records of %s: %s are missing, %s after the first evidence",
			    t->name, part_words(a, p), minutes(a, p->gap_us - w->from_us));
	}
}

struct health_watch
health_watch(struct arena *a, const struct probe_set *set, const struct testcase *t,
    int64_t from_us, int64_t to_us, int64_t every_us)
{
	struct watch *w = arena_alloc(a, sizeof *w);
	struct health_watch out = {0};

	*w = (struct watch){.from_us = from_us, .to_us = to_us, .every_us = every_us};
	expect_parts(w, t);
	for (size_t i = 0; i < set->health_n; i++)
		if (set->health[i].testcase == t &&
		    health_until_us(&set->health[i]) >= from_us - every_us &&
		    set->health[i].time_us <= to_us + every_us)
			take(w, &set->health[i]);
	for (size_t i = 0; i < w->n; i++)
		if (w->parts[i].last && health_until_us(w->parts[i].last) <= from_us)
			add_red(w, w->parts[i].last);
	out.v = arena_alloc(a, (PARTS_MAX + RED_MAX) * sizeof(struct health *));
	if (w->red_n) {
		memcpy(out.v, w->red, w->red_n * sizeof(struct health *));
		out.n = w->red_n;
		out.red = true;
		out.note =
		    arena_printf(a, "the site was not well: %s, %s%s%s", t->name, w->red[0]->part,
			w->red[0]->detail ? ": " : "", w->red[0]->detail ? w->red[0]->detail : "");
		return out;
	}
	find_gaps(w, a, t, &out);
	for (size_t i = 0; i < w->n; i++)
		if (w->parts[i].last)
			out.v[out.n++] = w->parts[i].last;
	out.fine = !out.note;
	return out;
}
