/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/client_table.h"

#include <stdio.h>
#include <stdlib.h>

#include "dns/dns_name.h"
#include "report/derive.h"

enum {
	SLOTS = 16384, /* clients that are remembered; a power of 2 */
	KEY_MAX = IP_TEXT_MAX + DNS_NAME_MAX + 2,
	BATCH = 100 /* clients looked at at once, see `all` */
};

struct client_table {
	struct store *store;
	const struct public_suffixes *suffixes;
	const struct client_as *as;
	struct statement *find, *insert, *named, *unnamed, *update, *update_as, *all;
	bool renewed;
	struct slot {
		int64_t id;
		char key[KEY_MAX]; /* address, a blank, name */
	} * slots;
};

struct client_table *
client_table_new(
    struct store *s, const struct public_suffixes *suffixes, const struct client_as *as)
{
	struct client_table *t = must(calloc(1, sizeof *t));

	t->store = s;
	t->suffixes = suffixes;
	t->as = as;
	t->slots = must(calloc(SLOTS, sizeof *t->slots));
	t->find = store_prepare(s, "SELECT id FROM client WHERE address = ?1 AND name = ?2");
	t->insert = store_prepare(
	    s, "INSERT INTO client (address, name, operator, as_number) VALUES (?1, ?2, ?3, ?4)");
	t->named =
	    store_prepare(s, "SELECT MIN(operator) FROM client WHERE address = ?1 AND name <> ''");
	t->unnamed =
	    store_prepare(s, "SELECT id, operator FROM client WHERE address = ?1 AND name = ''");
	t->update = store_prepare(s, "UPDATE client SET operator = ?2 WHERE id = ?1");
	t->update_as = store_prepare(s, "UPDATE client SET as_number = ?2 WHERE id = ?1");
	t->all = store_prepare(s,
	    "SELECT id, address, operator, name = '', as_number FROM client WHERE id > ?1 "
	    "ORDER BY id LIMIT 100");
	return t;
}

void
client_table_free(struct client_table *t)
{
	if (!t)
		return;
	free(t->slots);
	free(t);
}

/* 0: nobody knows it. */
static uint32_t
as_of(const struct client_table *t, const char *address)
{
	struct ip ip;

	return t->as && ip_read(span_str(address), &ip) ? t->as->find(t->as->state, &ip) : 0;
}

/* "AS64500", or the address. */
static const char *
operator_of_address(const char *address, uint32_t as, char out[KEY_MAX])
{
	if (as)
		snprintf(out, KEY_MAX, "AS%u", (unsigned)as);
	else
		snprintf(out, KEY_MAX, "%s", address);
	return out;
}

/* What the names of an address say of it; NULL: it has none. */
static const char *
operator_by_names(struct client_table *t, const char *address, char out[KEY_MAX])
{
	struct span found;

	statement_str(t->named, 1, address);
	found = statement_row(t->named) ? statement_get(t->named, 0) : (struct span){NULL, 0};
	snprintf(out, KEY_MAX, "%.*s", (int)found.n, found.p ? found.p : "");
	statement_reset(t->named);
	return out[0] ? out : NULL;
}

static int64_t
insert(struct client_table *t, const char *address, const char *name, const char *operator)
{
	uint32_t as = as_of(t, address);

	if (as)
		statement_int(t->insert, 4, as);
	statement_str(t->insert, 1, address);
	statement_str(t->insert, 2, name);
	statement_str(t->insert, 3, operator);
	statement_run(t->insert);
	return store_last_id(t->store);
}

static void
change(struct client_table *t, int64_t id, const char *operator)
{
	statement_int(t->update, 1, id);
	statement_str(t->update, 2, operator);
	statement_run(t->update);
	if (!t->renewed)
		derive_renew(t->store);
	t->renewed = true;
}

static int64_t
insert_named(struct client_table *t, const char *address, const char *name)
{
	struct span domain =
	    t->suffixes ? public_suffix_organisation(t->suffixes, name) : (struct span){NULL, 0};
	char of_name[KEY_MAX], by_names[KEY_MAX], old[KEY_MAX];
	int64_t id, unnamed = 0;

	if (!domain.p)
		domain = span_str(name);
	snprintf(of_name, sizeof of_name, "%.*s", (int)domain.n, domain.p);
	id = insert(t, address, name, of_name);
	statement_str(t->unnamed, 1, address);
	if (statement_row(t->unnamed)) {
		struct span operator= statement_get(t->unnamed, 1);

		unnamed = statement_get_int(t->unnamed, 0);
		snprintf(old, sizeof old, "%.*s", (int)operator.n, operator.p);
		statement_reset(t->unnamed);
	}
	if (unnamed && operator_by_names(t, address, by_names) && strcmp(by_names, old))
		change(t, unnamed, by_names);
	return id;
}

static int64_t
find_or_insert(struct client_table *t, const char *address, const char *name)
{
	char operator[KEY_MAX];
	int64_t id = 0;

	statement_str(t->find, 1, address);
	statement_str(t->find, 2, name);
	if (statement_row(t->find)) {
		id = statement_get_int(t->find, 0);
		statement_reset(t->find);
	}
	if (id)
		return id;
	if (name[0])
		return insert_named(t, address, name);
	if (!operator_by_names(t, address, operator))
		operator_of_address(address, as_of(t, address), operator);
	return insert(t, address, "", operator);
}

static struct slot *
slot_of(struct client_table *t, const char *key)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 0x100000001b3;
	return &t->slots[(hash ^ hash >> 32) & (SLOTS - 1)];
}

int64_t
client_table_id(struct client_table *t, struct span address, struct span name)
{
	char text[IP_TEXT_MAX], canonical[DNS_NAME_MAX + 1] = "", key[KEY_MAX];
	struct slot *slot;
	struct ip ip;

	if (!ip_read(address, &ip))
		return 0;
	ip_text(&ip, text);
	if (!name.n || span_ieq(name, SPAN_LIT("unknown")) || dns_name_canonical(name, canonical))
		canonical[0] = '\0';
	snprintf(key, sizeof key, "%s %s", text, canonical);
	slot = slot_of(t, key);
	if (!slot->id || strcmp(slot->key, key)) {
		memcpy(slot->key, key, sizeof key);
		slot->id = find_or_insert(t, text, canonical);
	}
	return slot->id;
}

/* A row of the table, as it is. */
struct known {
	int64_t id, as;
	bool is_unnamed;
	char address[IP_TEXT_MAX], operator[KEY_MAX];
};

static void
renew(struct client_table *t, const struct known *k)
{
	char operator[KEY_MAX];
	uint32_t as = as_of(t, k->address);

	if (as != k->as) {
		statement_int(t->update_as, 1, k->id);
		if (as)
			statement_int(t->update_as, 2, as);
		statement_run(t->update_as);
	}
	if (!k->is_unnamed || operator_by_names(t, k->address, operator))
		return;
	operator_of_address(k->address, as, operator);
	if (strcmp(operator, k->operator))
		change(t, k->id, operator);
}

void
client_table_apply_as(struct client_table *t)
{
	struct known some[BATCH];
	int64_t last = 0;
	size_t n;

	do {
		n = 0;
		statement_int(t->all, 1, last);
		while (n < BATCH && statement_row(t->all)) {
			struct span address = statement_get(t->all, 1);
			struct span operator= statement_get(t->all, 2);
			struct known *k = &some[n++];

			k->id = last = statement_get_int(t->all, 0);
			k->is_unnamed = statement_get_int(t->all, 3) != 0;
			k->as = statement_get_int(t->all, 4);
			snprintf(k->address, IP_TEXT_MAX, "%.*s", (int)address.n, address.p);
			snprintf(k->operator, KEY_MAX, "%.*s", (int)operator.n, operator.p);
		}
		statement_reset(t->all);
		for (size_t i = 0; i < n; i++)
			renew(t, &some[i]);
	} while (n == BATCH);
}
