/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of a run, mx-scan-run/1 (schema/mx-scan-run-1.json): FILE.run beside the output when
 * it begins, so that --resume knows what the records were made with; --metadata at its end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "io/record.h"
#include "mxinfer/scan/scan_parts.h"

enum { NOTE_MAX = 1 << 20 }; /* octets */

static void
set_text(json_t *object, const char *key, const char *text)
{
	record_set(object, key, text ? record_string(span_str(text)) : json_null());
}

static json_t *
texts(const struct option_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->n; i++)
		record_append(array, record_string(span_str(list->v[i])));
	return array;
}

/* What records depend on: a run goes on with the same. */
static json_t *
options(const struct scan *s)
{
	const struct scan_params *p = s->params;
	json_t *o = json_object();

	record_set(o, "dry_run", json_boolean(p->dry_run));
	set_text(o, "ehlo_name", p->dry_run ? NULL : p->ehlo_name);
	record_set(o, "port", json_integer(p->port));
	record_set(o, "ipv4", json_boolean(!p->ipv6));
	record_set(o, "ipv6", json_boolean(!p->ipv4));
	set_text(o, "sni", p->sni == SCAN_SNI_MX ? "mx" : "none");
	record_set(o, "connect_timeout", json_integer(p->connect_timeout_s));
	record_set(o, "patience", json_integer(p->patience_s));
	record_set(o, "tlsa", json_boolean(p->tlsa));
	record_set(o, "mta_sts", json_boolean(p->mta_sts));
	record_set(o, "dane", json_boolean(p->dane));
	record_set(o, "validate", json_boolean(p->validate));
	record_set(o, "authorities", json_boolean(p->authorities));
	record_set(o, "raw", json_boolean(p->raw));
	record_set(o, "as", texts(&p->as));
	set_text(o, "roots", p->roots);
	set_text(o, "psl", p->psl);
	set_text(o, "root_hints", p->root_hints);
	set_text(o, "trust_anchor", p->validate ? s->settings->trust_anchor : NULL);
	record_set(o, "blocklist", record_string(span_str(s->blocklist_digest)));
	record_set(o, "seed", p->seed < 0 ? json_null() : json_integer(p->seed));
	record_set(o, "shard", json_integer(p->shard));
	record_set(o, "shards", json_integer(p->shards_n));
	return o;
}

/* What it depends on how fast it goes: another run may go on with others. */
static json_t *
limits(const struct scan *s)
{
	const struct scan_params *p = s->params;
	json_t *o = json_object();

	record_set(o, "max_open", json_integer(p->max_open));
	record_set(o, "rate", json_integer(p->rate));
	record_set(o, "per_ipv4_24", json_integer(p->per_ipv4_24));
	record_set(o, "per_ipv6_48", json_integer(p->per_ipv6_48));
	record_set(o, "per_operator", json_integer(p->per_operator));
	record_set(o, "dns_parallel", json_integer(p->dns_parallel));
	record_set(o, "dns_timeout", json_integer(p->dns_timeout_s));
	record_set(
	    o, "max_runtime", p->max_runtime_s ? json_integer(p->max_runtime_s) : json_null());
	record_set(o, "resolvers", texts(&p->resolvers));
	return o;
}

static json_t *
words(const struct wordcount *t)
{
	json_t *o = json_object();

	for (size_t i = 0; i < t->n; i++)
		record_set(o, t->v[i].word, json_integer((json_int_t)t->v[i].n));
	return o;
}

static json_t *
counts(const struct scan *s)
{
	const struct domains_counts *c = domains_counts(s->domains);
	json_t *o = json_object();

	record_set(o, "input", json_integer((json_int_t)c->taken));
	record_set(o, "invalid", json_integer((json_int_t)c->bad));
	record_set(o, "repeated", json_integer((json_int_t)c->again));
	record_set(o, "elsewhere", json_integer((json_int_t)c->elsewhere));
	record_set(o, "resumed_domains", json_integer((json_int_t)s->tally.resumed_domains));
	record_set(o, "resumed_addresses", json_integer((json_int_t)s->tally.resumed_addresses));
	record_set(o, "domains", words(&s->tally.domains));
	record_set(o, "addresses", words(&s->tally.addresses));
	record_set(o, "starttls", words(&s->tally.starttls));
	record_set(o, "verify", words(&s->tally.verify));
	record_set(o, "dane", words(&s->tally.dane));
	return o;
}

/* Which roots certificates were judged by: the file, its day, and its octets' digest. */
static json_t *
roots(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char hex[SHA256_HEX_LEN + 1], piece[16384];
	struct sha256 hash;
	struct stat st;
	ssize_t n = -1;
	json_t *o = json_object();

	sha256_init(&hash);
	while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0)
		sha256_add(&hash, (struct span){piece, (size_t)n});
	sha256_hex(&hash, hex);
	set_text(o, "file", path);
	record_set(o, "date", fd >= 0 && !fstat(fd, &st) ? json_integer(st.st_mtime) : json_null());
	set_text(o, "sha256", n == 0 ? hex : NULL);
	if (fd >= 0)
		close(fd);
	return o;
}

static json_t *
note(const struct scan *s)
{
	int64_t psl_utc = public_suffixes_time_utc(s->suffixes);
	json_t *o = record_new("mx-scan-run/1", "emt-mxscan");

	record_set(o, "started", record_time(s->started_us));
	set_text(o, "contact", s->params->contact);
	record_set(o, "options", options(s));
	record_set(o, "limits", limits(s));
	record_set(o, "psl", psl_utc ? json_integer(psl_utc) : json_null());
	if (s->trust)
		record_set(o, "roots", roots(trust_path(s->trust)));
	return o;
}

static int
write_note(const char *path, json_t *o)
{
	FILE *f = fopen(path, "we");
	struct buf text;
	bool good;

	buf_init(&text, NOTE_MAX);
	record_put(&text, o);
	good = f && fwrite(text.p, 1, text.n, f) == text.n;
	good = f && !fclose(f) && good;
	if (!good)
		log_error("%s: %s", path, strerror(errno));
	buf_free(&text);
	return good ? EX_OK : EX_TEMPFAIL;
}

/* NULL: the file is not there, or holds no such record; that was reported. */
static json_t *
read_note(const char *path)
{
	FILE *f = fopen(path, "re");
	enum record_read result = RECORD_READ_NOT_JSON;
	json_t *o = NULL;
	struct buf text;
	char *room;

	if (!f) {
		log_error("%s: %s; without it nobody knows what the records were made with", path,
		    strerror(errno));
		return NULL;
	}
	buf_init(&text, NOTE_MAX);
	room = buf_room(&text, NOTE_MAX);
	buf_added(&text, fread(room, 1, NOTE_MAX, f));
	if (!ferror(f))
		result = record_read(buf_span(&text), "mx-scan-run/1", &o);
	fclose(f);
	buf_free(&text);
	if (result == RECORD_READ_OK)
		return o;
	log_error("%s: %s", path, record_read_name(result));
	return NULL;
}

/* False, and a message, if the run that is to be gone on with was made with other options. */
static bool
same_options(const char *path, const json_t *then, json_t *now)
{
	const char *key;
	json_t *value;

	json_object_foreach(now, key, value)
	{
		const json_t *other = json_object_get(then, key);
		char *is, *was;

		if (other && json_equal(other, value))
			continue;
		is = must(json_dumps(value, JSON_ENCODE_ANY));
		was = other ? must(json_dumps(other, JSON_ENCODE_ANY)) : NULL;
		log_error("%s: that run had %s %s, this one has %s; go on with the same", path, key,
		    was ? was : "unknown", is);
		free(is);
		free(was);
		return false;
	}
	return true;
}

/* Files of the system may have been replaced since, and then there is no going back to them. */
static void
tell_changes(const char *path, const json_t *then, const json_t *now)
{
	static const char *const keys[] = {"roots", "psl"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const json_t *is = json_object_get(now, keys[i]);

		if (is && !json_equal(json_object_get(then, keys[i]), is))
			log_warning("%s: that run had another %s file; what is still to come is "
				    "judged by this one",
			    path, keys[i]);
	}
}

static const char *
note_path(const struct scan *s)
{
	return arena_printf(s->a, "%s.run", s->params->output);
}

/* Better now than after a week: what is to be written at the end. */
static int
check_metadata(const char *path)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;

	if (!path || fd >= 0) {
		if (path)
			close(fd);
		return EX_OK;
	}
	log_error("%s: %s", path, strerror(errno));
	return EX_CANTCREAT;
}

int
scan_note_begin(struct scan *s)
{
	json_t *then, *now;
	int status = check_metadata(s->params->metadata);

	if (status || !s->params->output)
		return status;
	/* An output without a record may be of a run that was killed before its note was made. */
	if (!s->params->resume || !lseek(s->output_fd, 0, SEEK_END)) {
		now = note(s);
		status = write_note(note_path(s), now);
		json_decref(now);
		return status;
	}
	then = read_note(note_path(s));
	if (!then)
		return EX_CONFIG;
	now = note(s);
	if (!same_options(
		note_path(s), json_object_get(then, "options"), json_object_get(now, "options")))
		status = EX_CONFIG;
	else
		tell_changes(note_path(s), then, now);
	json_decref(now);
	json_decref(then);
	return status;
}

int
scan_note_end(struct scan *s)
{
	json_t *o;
	int status;

	if (!s->params->metadata)
		return EX_OK;
	o = note(s);
	record_set(o, "ended", record_time(s->ended_us));
	set_text(o, "stopped_by", s->stopped_by);
	record_set(o, "counts", counts(s));
	status = write_note(s->params->metadata, o);
	json_decref(o);
	return status;
}
