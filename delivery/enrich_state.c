/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_state.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "delivery/state_file.h"
#include "io/record.h"

#define STATE_SCHEMA "enrich-state/1"

enum {
	FILE_MAX = 1024 * 1024, /* octets; a larger file is none of ours */
	HOUR_S = 3600,
	DAY_S = 86400,
	WORD_MAX = 20 /* octets of what a test found, NUL included */
};

/* What this process knows of a block list. */
struct list {
	const char *name;
	int64_t left; /* set aside today, not asked yet */
	bool full;    /* no more can be set aside today */
	struct test {
		char found[WORD_MAX]; /* "": never tested */
		int64_t time_utc;
		bool changed; /* not in the file yet */
	} tests[2];           /* IPv4, IPv6 */
};

struct enrich_state {
	char *dir;
	struct state_file file;
	const struct clock *clock;
	json_t *tree; /* the file's contents; ahead of it while that cannot be written */
	bool ahead, warned, damage_told;
	int64_t day; /* that the `left` are of */
	struct list *lists;
	size_t lists_n;
};

static int64_t
now_utc(const struct enrich_state *s)
{
	return clock_wall_us(s->clock) / 1000000;
}

static json_t *
new_tree(int64_t day)
{
	json_t *tree = record_new(STATE_SCHEMA, "emt-enrich");

	record_set(tree, "day", json_integer(day));
	record_set(tree, "lists", json_object());
	record_set(tree, "relays", json_object());
	return tree;
}

static json_t *
read_tree(struct enrich_state *s, struct buf *text, int64_t today)
{
	enum record_read read_as = RECORD_READ_NOT_JSON;
	json_t *tree = NULL;

	if (!text->n)
		return new_tree(today);
	if (!text->overflow)
		read_as = record_read(buf_span(text), STATE_SCHEMA, &tree);
	if (read_as == RECORD_READ_OK && json_is_integer(json_object_get(tree, "day")) &&
	    json_is_object(json_object_get(tree, "lists")) &&
	    json_is_object(json_object_get(tree, "relays")))
		return tree;
	json_decref(tree);
	if (!s->damage_told)
		log_warning(
		    "%s/%s: damaged; what was remembered of today's questions to block lists and "
		    "of open-relay tests starts afresh",
		    s->dir, ENRICH_STATE_FILE);
	s->damage_told = true;
	return new_tree(today);
}

/* Nothing that is not a number, or negative, counts. */
static int64_t
number_of(const json_t *object, const char *key)
{
	int64_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? value : 0;
}

/* The list's object in the tree. */
static json_t *
list_in_tree(json_t *tree, const char *name)
{
	json_t *lists = json_object_get(tree, "lists"), *list = json_object_get(lists, name);

	if (!json_is_object(list)) {
		record_set(lists, name, json_object());
		list = json_object_get(lists, name);
	}
	return list;
}

static const char *
family_key(bool ipv6)
{
	return ipv6 ? "ipv6" : "ipv4";
}

/* Takes the tests of other processes, and of those before us. */
static void
take_tests(struct enrich_state *s)
{
	for (size_t i = 0; i < 2 * s->lists_n; i++) {
		struct list *l = &s->lists[i / 2];
		struct test *t = &l->tests[i % 2];
		const json_t *list = json_object_get(json_object_get(s->tree, "lists"), l->name);
		const json_t *test = json_object_get(list, family_key(i % 2));
		const char *found = json_string_value(json_object_get(test, "found"));

		if (t->changed || !found || strlen(found) >= sizeof t->found)
			continue;
		memcpy(t->found, found, strlen(found) + 1);
		t->time_utc = number_of(test, "time");
	}
}

/* A new day begins: nothing has been asked, nothing is set aside. */
static void
turn_day(struct enrich_state *s, int64_t today)
{
	const char *name;
	json_t *list;

	if (s->day != today) {
		s->day = today;
		for (size_t i = 0; i < s->lists_n; i++) {
			s->lists[i].left = 0;
			s->lists[i].full = false;
		}
	}
	if (json_integer_value(json_object_get(s->tree, "day")) == today)
		return;
	record_set(s->tree, "day", json_integer(today));
	json_object_foreach(json_object_get(s->tree, "lists"), name, list)
	    json_object_del(list, "asked");
}

static void
warn(struct enrich_state *s, const char *what, int error)
{
	if (!s->warned)
		log_warning("%s: cannot be %s (%s): questions to block lists are counted in memory "
			    "alone, and nobody is tested for an open relay; mend state_dir",
		    s->dir, what, strerror(error));
	s->warned = true;
}

/* Reads what there is, unless the memory is ahead of it.  False, with errno, if that cannot be. */
static bool
read_file(struct enrich_state *s, int64_t today)
{
	struct buf text;
	bool read = true;

	if (s->ahead)
		return true;
	buf_init(&text, FILE_MAX);
	read = state_file_read(&s->file, &text);
	if (read) {
		json_decref(s->tree);
		s->tree = read_tree(s, &text, today);
	}
	buf_free(&text);
	return read;
}

/* Begins a change; false if it can be made in memory alone. */
static bool
begin(struct enrich_state *s)
{
	int64_t today = now_utc(s) / DAY_S;
	bool can = state_file_lock(&s->file) && read_file(s, today);

	if (!can) {
		warn(s, "read", errno);
		state_file_unlock(&s->file);
	}
	take_tests(s);
	turn_day(s, today);
	return can;
}

/* Forgets what nobody will ask for, so that the file stays small whatever was once configured. */
static void
prune(struct enrich_state *s)
{
	json_t *lists = json_object_get(s->tree, "lists");
	json_t *relays = json_object_get(s->tree, "relays"), *value;
	int64_t now = now_utc(s);
	const char *name;
	void *next;

	json_object_foreach_safe(lists, next, name, value)
	{
		int64_t tested4 = number_of(json_object_get(value, "ipv4"), "time");
		int64_t tested6 = number_of(json_object_get(value, "ipv6"), "time");

		if (!number_of(value, "asked") && tested4 < now - 2 * DAY_S &&
		    tested6 < now - 2 * DAY_S)
			json_object_del(lists, name);
	}
	json_object_foreach_safe(relays, next, name, value)
	{
		int64_t time_utc = number_of(relays, name);

		if (time_utc <= now - DAY_S || time_utc > now + DAY_S)
			json_object_del(relays, name);
	}
}

static void
put_tests(struct enrich_state *s)
{
	for (size_t i = 0; i < 2 * s->lists_n; i++) {
		struct test *t = &s->lists[i / 2].tests[i % 2];
		json_t *test;

		if (!t->changed)
			continue;
		test = json_object();
		record_set(test, "found", json_string(t->found));
		record_set(test, "time", json_integer(t->time_utc));
		record_set(list_in_tree(s->tree, s->lists[i / 2].name), family_key(i % 2), test);
		t->changed = false;
	}
}

static bool
write_tree(struct enrich_state *s)
{
	struct buf text;
	bool written;

	buf_init(&text, 2 * FILE_MAX);
	record_put(&text, s->tree);
	written = state_file_replace(&s->file, buf_span(&text));
	buf_free(&text);
	return written;
}

/* Ends a change; `can` is begin's.  False if it is in memory alone. */
static bool
end(struct enrich_state *s, bool can)
{
	put_tests(s);
	prune(s);
	s->ahead = !can || !write_tree(s);
	if (s->ahead && can)
		warn(s, "written", errno);
	if (!s->ahead)
		s->warned = s->damage_told = false;
	state_file_unlock(&s->file);
	return !s->ahead;
}

struct enrich_state *
enrich_state_open(const char *dir, const struct clock *clock)
{
	struct enrich_state *s = must(calloc(1, sizeof *s));

	*s = (struct enrich_state){.dir = must(strdup(dir)), .clock = clock};
	state_file_init(&s->file, s->dir, ENRICH_STATE_FILE);
	s->day = now_utc(s) / DAY_S;
	s->tree = new_tree(s->day);
	return s;
}

void
enrich_state_lists(struct enrich_state *s, const char *const *lists, size_t lists_n)
{
	if (s->lists)
		abort();
	s->lists = must(calloc(lists_n + 1, sizeof *s->lists));
	s->lists_n = lists_n;
	for (size_t i = 0; i < lists_n; i++)
		s->lists[i].name = lists[i];
	if (!lists_n)
		return;
	/* Only to know the tests; nothing is written. */
	begin(s);
	state_file_unlock(&s->file);
}

/* Does the file, or will it, say something that is not so? */
static bool
has_rest(const struct enrich_state *s)
{
	for (size_t i = 0; i < s->lists_n; i++) {
		const struct list *l = &s->lists[i];

		if (l->left || l->tests[0].changed || l->tests[1].changed)
			return true;
	}
	return false;
}

void
enrich_state_free(struct enrich_state *s)
{
	if (!s)
		return;
	if (has_rest(s)) {
		bool can = begin(s);

		for (size_t i = 0; i < s->lists_n; i++) {
			json_t *list = list_in_tree(s->tree, s->lists[i].name);
			int64_t asked = number_of(list, "asked") - s->lists[i].left;

			record_set(list, "asked", json_integer(asked > 0 ? asked : 0));
		}
		end(s, can);
	}
	state_file_close(&s->file);
	json_decref(s->tree);
	free(s->lists);
	free(s->dir);
	free(s);
}

/* Sets aside a portion for list `needy`, and for every other one that runs low, as all are asked
 * together. */
static void
set_aside(struct enrich_state *s, size_t needy, int64_t cap)
{
	bool can = begin(s);

	for (size_t i = 0; i < s->lists_n; i++) {
		struct list *l = &s->lists[i];
		json_t *list = list_in_tree(s->tree, l->name);
		int64_t asked = number_of(list, "asked"), more = ENRICH_STATE_PORTION;

		if (i != needy && (l->full || l->left > ENRICH_STATE_PORTION / 2))
			continue;
		if (more >= cap - asked) {
			more = cap > asked ? cap - asked : 0;
			l->full = true;
		}
		record_set(list, "asked", json_integer(asked + more));
		l->left += more;
	}
	end(s, can);
}

bool
enrich_state_take(struct enrich_state *s, size_t list, int64_t n, int64_t cap)
{
	struct list *l = &s->lists[list];

	if ((l->left < n && !l->full) || s->day != now_utc(s) / DAY_S)
		set_aside(s, list, cap);
	if (l->left < n)
		return false;
	l->left -= n;
	return true;
}

void
enrich_state_give_back(struct enrich_state *s, size_t list)
{
	if (s->day == now_utc(s) / DAY_S)
		s->lists[list].left++;
}

const char *
enrich_state_test(struct enrich_state *s, size_t list, bool ipv6, int64_t *age_s)
{
	const struct test *t = &s->lists[list].tests[ipv6];
	int64_t age = now_utc(s) - t->time_utc;

	if (!t->found[0] || age < 0)
		return NULL;
	*age_s = age;
	return t->found;
}

void
enrich_state_set_test(struct enrich_state *s, size_t list, bool ipv6, const char *found)
{
	struct test *t = &s->lists[list].tests[ipv6];

	if (strlen(found) >= sizeof t->found)
		abort();
	*t = (struct test){.time_utc = now_utc(s), .changed = true};
	memcpy(t->found, found, strlen(found));
}

/* How many addresses were tested within the last hour; a clock that was set back forgets none. */
static int64_t
tested_this_hour(const struct enrich_state *s, int64_t now)
{
	json_t *relays = json_object_get(s->tree, "relays"), *value;
	const char *address;
	int64_t n = 0;

	json_object_foreach(relays, address, value) if (number_of(relays, address) > now - HOUR_S)
	    n++;
	return n;
}

enum enrich_state_relay
enrich_state_relay(struct enrich_state *s, const char *address, int64_t per_hour)
{
	enum enrich_state_relay answer = ENRICH_STATE_RELAY_GO;
	int64_t now = now_utc(s);
	json_t *relays;
	bool can = begin(s);

	prune(s);
	relays = json_object_get(s->tree, "relays");
	if (!can)
		answer = ENRICH_STATE_RELAY_NO_STATE;
	else if (json_object_get(relays, address))
		answer = ENRICH_STATE_RELAY_TODAY;
	else if (tested_this_hour(s, now) >= per_hour ||
		 json_object_size(relays) >= ENRICH_STATE_RELAYS_MAX)
		answer = ENRICH_STATE_RELAY_HOURLY;
	if (answer != ENRICH_STATE_RELAY_GO) {
		state_file_unlock(&s->file);
		return answer;
	}
	record_set(relays, address, json_integer(now));
	return end(s, can) ? ENRICH_STATE_RELAY_GO : ENRICH_STATE_RELAY_NO_STATE;
}
