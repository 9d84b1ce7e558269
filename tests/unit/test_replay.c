/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the .replay files of tests/replay: whole cases of enrichment, in this process, with canned
 * answers and a virtual clock.
 *
 * A line that does not start with a tab is a step; the lines below it, one tab cut off, are its
 * text:
 *
 * settings		`name = value` lines, on top of base_dir, a scratch folder
 * answers		canned answers (dns/dns_backend.h)
 * file PATH		writes the text below base_dir
 * run CODE [PATH]	as emt-enrich --once, with PATH as --file; the exit code that it must give
 * elapsed S		seconds that the last run took by the virtual clock, with three decimals
 * expect PATH		that file holds JSON with at least these keys and values; "*" stands for any
 *			value, and an array that begins with "..." holds the rest somewhere
 * asked PATH		its look-ups are these, one a line: NAME TYPE OUTCOME
 * untouched PATH	that file holds what `file` wrote */
#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cursor.h"
#include "base/log.h"
#include "delivery/enrich.h"
#include "dns/dns_backend.h"
#include "io/record.h"
#include "tests/tap.h"

enum { REPLAY_MAX = 1 << 20, START_S = 1795290310 };

struct replay {
	struct arena *arena;
	const char *name, *base;
	struct settings settings;
	struct span answers;
	int64_t now_us, took_us;
	struct written {
		const char *path;
		struct span text;
		struct written *next;
	} * written;
};

static struct span
read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "re");
	char *p = arena_alloc(a, REPLAY_MAX);
	size_t n = f ? fread(p, 1, REPLAY_MAX, f) : 0;

	if (f)
		fclose(f);
	return (struct span){f ? p : NULL, n};
}

static const char *
below_base(struct replay *r, struct span path)
{
	return arena_printf(r->arena, "%s/%.*s", r->base, SPAN_ARG(path));
}

static void
verdict(struct replay *r, bool good, const char *what, struct span about)
{
	OK(good, arena_printf(r->arena, "%s: %s %.*s", r->name, what, SPAN_ARG(about)));
}

static void
take_settings(struct replay *r, struct span text)
{
	struct option_values values;
	const char *error;

	option_values_init(&values, r->arena, settings_table);
	error = option_take_file(&values, r->name, text);
	if (!error)
		error = option_take_set(
		    &values, arena_printf(r->arena, "base_dir=%s", r->base), BY_ENRICH);
	if (!error)
		error = option_store(&values, &r->settings);
	if (error) {
		printf("# %s\n", error);
		verdict(r, false, "settings", text);
	}
}

static void
write_file(struct replay *r, struct span path, struct span text)
{
	struct written *w = arena_alloc(r->arena, sizeof *w);
	const char *full = below_base(r, path);
	FILE *f;

	for (char *slash = strchr(full + strlen(r->base) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	f = fopen(full, "we");
	if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f))
		abort();
	*w = (struct written){full, text, r->written};
	r->written = w;
}

static void
run(struct replay *r, struct span args)
{
	struct span code = span_cut(&args, ' ');
	struct cursor c = cursor_on(code);
	struct loop *l = loop_new_virtual(&r->now_us);
	const char *error = NULL;
	struct dns_backend *b = dns_canned_new(r->arena, l, r->answers, &error);
	struct enrich_params p = {.settings = &r->settings,
	    .loop = l,
	    .mode = args.p ? ENRICH_FILE : ENRICH_ONCE,
	    .file = args.p ? below_base(r, args) : NULL};
	int64_t before_us = r->now_us;

	if (!b) {
		printf("# %s\n", error);
		verdict(r, false, "answers", SPAN_LIT(""));
	} else {
		p.dns_own = dns_new(l, b, DNS_CACHE_OCTETS);
		dns_limit(p.dns_own, (size_t)r->settings.dns_parallel);
		verdict(r, enrich(&p) == (int)cur_number(&c, 3), "exit code", code);
	}
	r->took_us = r->now_us - before_us;
	loop_free(l);
}

static bool holds(const json_t *got, const json_t *want);

/* ["...", A, B]: each in some place. */
static bool
holds_somewhere(const json_t *got, const json_t *want)
{
	for (size_t i = 1; i < json_array_size(want); i++) {
		size_t at = 0;

		while (at < json_array_size(got) &&
		       !holds(json_array_get(got, at), json_array_get(want, i)))
			at++;
		if (at == json_array_size(got))
			return false;
	}
	return json_is_array(got);
}

static bool
is_text(const json_t *value, const char *text)
{
	return json_is_string(value) && !strcmp(json_string_value(value), text);
}

/* Is all of `want` in `got`? */
static bool
holds(const json_t *got, const json_t *want)
{
	const char *key;
	json_t *value;
	size_t i;

	if (is_text(want, "*"))
		return got != NULL;
	if (is_text(json_array_get(want, 0), "..."))
		return holds_somewhere(got, want);
	if (json_is_object(want)) {
		json_object_foreach((json_t *)want, key,
		    value) if (!holds(json_object_get(got, key), value)) return false;
		return json_is_object(got);
	}
	if (json_is_array(want)) {
		json_array_foreach(
		    want, i, value) if (!holds(json_array_get(got, i), value)) return false;
		return json_is_array(got) && json_array_size(got) == json_array_size(want);
	}
	return json_equal(got, want);
}

static void
expect(struct replay *r, struct span path, struct span text)
{
	struct span got_text = read_file(r->arena, below_base(r, path));
	json_error_t error;
	json_t *want = json_loadb(text.p, text.n, JSON_ALLOW_NUL, &error);
	json_t *got = json_loadb(got_text.p ? got_text.p : "", got_text.n, JSON_ALLOW_NUL, NULL);

	if (!want)
		printf("# line %d of what is expected: %s\n", error.line, error.text);
	verdict(r, want && got && holds(got, want), "as expected:", path);
	if (!want || !got || !holds(got, want))
		printf("# got %.*s\n", SPAN_ARG(got_text));
	json_decref(want);
	json_decref(got);
}

static void
asked(struct replay *r, struct span path, struct span text)
{
	struct span got_text = read_file(r->arena, below_base(r, path));
	json_t *got = json_loadb(got_text.p ? got_text.p : "", got_text.n, JSON_ALLOW_NUL, NULL);
	const json_t *lookups = json_object_get(got, "lookups");
	struct buf lines;

	buf_init(&lines, REPLAY_MAX);
	for (size_t i = 0; i < json_array_size(lookups); i++) {
		const json_t *lookup = json_array_get(lookups, i);

		buf_printf(&lines, "%s %s %s\n", json_string_value(json_object_get(lookup, "name")),
		    json_string_value(json_object_get(lookup, "type")),
		    json_string_value(json_object_get(lookup, "outcome")));
	}
	SAME_SPAN(buf_span(&lines), text,
	    arena_printf(r->arena, "%s: asked: %.*s", r->name, SPAN_ARG(path)));
	buf_free(&lines);
	json_decref(got);
}

static void
untouched(struct replay *r, struct span path)
{
	const char *full = below_base(r, path);
	const struct written *w = r->written;

	while (w && strcmp(w->path, full) != 0)
		w = w->next;
	verdict(r, w && span_eq(read_file(r->arena, full), w->text), "untouched:", path);
}

static void
elapsed(struct replay *r, struct span want)
{
	const char *got = arena_printf(r->arena, "%lld.%03lld", (long long)(r->took_us / 1000000),
	    (long long)(r->took_us / 1000 % 1000));

	SAME_SPAN(span_str(got), want, arena_printf(r->arena, "%s: elapsed", r->name));
}

static void
step(struct replay *r, struct span line, struct span text)
{
	struct span word = span_cut(&line, ' ');

	if (span_eq(word, SPAN_LIT("settings")))
		take_settings(r, text);
	else if (span_eq(word, SPAN_LIT("answers")))
		r->answers = text;
	else if (span_eq(word, SPAN_LIT("file")))
		write_file(r, line, text);
	else if (span_eq(word, SPAN_LIT("run")))
		run(r, line);
	else if (span_eq(word, SPAN_LIT("elapsed")))
		elapsed(r, line);
	else if (span_eq(word, SPAN_LIT("expect")))
		expect(r, line, text);
	else if (span_eq(word, SPAN_LIT("asked")))
		asked(r, line, text);
	else if (span_eq(word, SPAN_LIT("untouched")))
		untouched(r, line);
	else
		verdict(r, false, "no such step:", word);
}

/* The lines that belong to a step, without their tab. */
static struct span
step_text(struct arena *a, struct span *rest)
{
	struct buf text;
	struct span copy;

	buf_init(&text, REPLAY_MAX);
	while (rest->n && (rest->p[0] == '\t' || rest->p[0] == '\n')) {
		buf_put(&text, span_from(span_cut(rest, '\n'), 1));
		buf_putc(&text, '\n');
	}
	copy = arena_span(a, buf_span(&text));
	buf_free(&text);
	return copy;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void
replay(const char *path)
{
	struct replay r = {.arena = arena_new(), .now_us = (int64_t)START_S * 1000000};
	char base[] = P_tmpdir "/emt-replay-XXXXXX";
	struct span rest = read_file(r.arena, path);

	r.name = strrchr(path, '/') + 1;
	r.base = mkdtemp(base);
	if (!r.base)
		abort();
	take_settings(&r, SPAN_LIT(""));
	while (rest.n) {
		struct span line = span_cut(&rest, '\n');

		if (line.n && line.p[0] != '#')
			step(&r, line, step_text(r.arena, &rest));
	}
	nftw(base, remove_one, 10, FTW_DEPTH | FTW_PHYS);
	arena_free(r.arena);
}

static int
is_replay(const struct dirent *entry)
{
	return span_ends(span_str(entry->d_name), SPAN_LIT(".replay"));
}

int
main(void)
{
	struct dirent **entries;
	int n = scandir("tests/replay", &entries, is_replay, alphasort);

	OK(n > 0, "there are replay files");
	for (int i = 0; i < n; i++) {
		char path[600];

		snprintf(path, sizeof path, "tests/replay/%s", entries[i]->d_name);
		replay(path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return tap_end();
}
