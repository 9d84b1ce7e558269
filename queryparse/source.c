/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/source.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/log.h"
#include "io/firstyear.h"
#include "io/lines.h"
#include "queryparse/dnspackets.h"
#include "queryparse/dnstap.h"
#include "queryparse/query_json.h"
#include "queryparse/querylog.h"

/* The end of the year 9999: what names of files can say. */
#define TIME_MAX_US INT64_C(253402300799999999)

enum kind { KIND_UNKNOWN, KIND_TEXT, KIND_DNSTAP, KIND_CAPTURE };

/* Queries that one packet gave: several, where TCP segments held them. */
struct row {
	struct query *v;
	size_t n, room, at;
};

struct source {
	const char *name;
	int fd;
	bool is_regular, takes_records, is_over, failed;
	int year;
	enum kind kind;
	struct lines lines;
	struct source_reader reader;
	struct capture capture;
	struct dnspackets *packets;
	struct row row;
};

void
source_reader_init(struct source_reader *r, const struct source_params *params)
{
	*r = (struct source_reader){.counts = {0}};
	logtime_init(&r->time, params->zone, params->year, params->now_us);
}

static bool
is_time(int64_t us)
{
	return us >= 0 && us <= TIME_MAX_US;
}

static bool
read_frame(struct source_reader *r, struct span frame, struct query *q)
{
	switch (dnstap_read(frame, q)) {
	case DNSTAP_QUERY: return true;
	case DNSTAP_OTHER: r->counts.unrecognised++; return false;
	case DNSTAP_BAD: break;
	}
	r->counts.damaged++;
	return false;
}

static bool
read_line(struct source_reader *r, struct span line, struct query *q)
{
	bool is_lookalike;
	struct span when;

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (!querylog_read(line, &when, q, &is_lookalike)) {
		*(is_lookalike ? &r->counts.damaged : &r->counts.unrecognised) += 1;
		return false;
	}
	q->time_us = logtime_of(&r->time, when);
	if (is_time(q->time_us))
		return true;
	r->counts.damaged++;
	return false;
}

bool
source_read_unit(struct source_reader *r, struct span unit, bool is_frame, struct query *q)
{
	r->counts.units++;
	return is_frame ? read_frame(r, unit, q) : read_line(r, unit, q);
}

static void
keep(void *state, const struct query *q)
{
	struct row *row = state;

	if (row->n == row->room) {
		row->room = row->room ? 2 * row->room : 4;
		row->v = must(realloc(row->v, row->room * sizeof *row->v));
	}
	row->v[row->n++] = *q;
}

struct source *
source_new(const struct source_params *params, const char *name, int fd, bool is_regular)
{
	struct source *s = must(calloc(1, sizeof *s));

	s->name = name;
	s->fd = fd;
	s->is_regular = is_regular;
	s->takes_records = params->takes_records;
	s->year = params->year;
	lines_init(&s->lines, fd);
	source_reader_init(&s->reader, params);
	return s;
}

void
source_free(struct source *s)
{
	if (!s)
		return;
	lines_free(&s->lines);
	dnspackets_free(s->packets);
	free(s->row.v);
	free(s);
}

bool
source_may_recover(const struct source *s)
{
	return s->lines.why == PACKED_ERROR;
}

struct source_counts
source_counts(const struct source *s)
{
	struct source_counts counts = s->reader.counts;
	struct dnspackets_counts packets;

	if (!s->packets)
		return counts;
	packets = dnspackets_counts(s->packets);
	counts.unrecognised += packets.other;
	counts.damaged += packets.broken;
	counts.lost_streams = packets.lost;
	return counts;
}

/* Stamps without a year: the file's own time tells. */
static void
find_year(struct source *s)
{
	struct stat st;

	if (s->year || !s->is_regular || fstat(s->fd, &st) != 0)
		return;
	s->reader.time.walk.year =
	    firstyear(s->fd, st.st_size, (int64_t)st.st_mtim.tv_sec * 1000000, querylog_stamp_of);
}

static void
find_kind(struct source *s, struct span octets)
{
	if (span_starts(octets, LINES_FRAMES_START)) {
		s->kind = KIND_DNSTAP;
		s->lines.size_of = lines_frame_size;
	} else if (capture_begin(&s->capture, octets)) {
		s->kind = KIND_CAPTURE;
		s->packets = dnspackets_new(keep, &s->row);
		s->lines.size_of = capture_record_size;
		s->lines.size_state = &s->capture;
	} else {
		s->kind = KIND_TEXT;
		find_year(s);
	}
}

static enum source_st
fail(struct source *s)
{
	const char *format = packed_format(&s->lines.packed);

	s->failed = s->is_over = true;
	if (s->lines.why == PACKED_ERROR)
		log_error("%s: %s", s->name, strerror(errno));
	else
		log_error("%s: %s (%s)", s->name, packed_st_text(s->lines.why),
		    format ? format : "plain");
	return SOURCE_FAILED;
}

static bool
is_record(struct source *s, struct span line, struct query *q)
{
	if (!s->takes_records || !line.n || line.p[0] != '{')
		return false;
	s->reader.counts.units++;
	switch (query_json_read(line, q)) {
	case QUERY_READ_OK: return true;
	case QUERY_READ_OTHER: s->reader.counts.unrecognised++; break;
	case QUERY_READ_BAD: s->reader.counts.damaged++; break;
	}
	q->time_us = TIME_UNKNOWN;
	return true;
}

/* What one record gives goes to the row. */
static void
take_record(struct source *s, struct span record)
{
	struct capture_packet packet;
	struct query q;

	if (s->kind == KIND_CAPTURE) {
		s->reader.counts.units++;
		switch (capture_read(&s->capture, record, &packet)) {
		case CAPTURE_PACKET: dnspackets_add(s->packets, &packet); break;
		case CAPTURE_OTHER: break;
		case CAPTURE_BAD: s->reader.counts.damaged++; break;
		}
		s->is_over |= s->capture.is_broken;
	} else if (s->kind == KIND_TEXT && is_record(s, record, &q)) {
		if (q.time_us != TIME_UNKNOWN)
			keep(&s->row, &q);
	} else if (source_read_unit(&s->reader, record, s->kind == KIND_DNSTAP, &q)) {
		keep(&s->row, &q);
	}
}

/* The end: a last line needs no newline, a record is whole or cut. */
static void
take_rest(struct source *s)
{
	struct span rest;

	s->is_over = true;
	if (!lines_rest(&s->lines, &rest))
		return;
	if (s->kind == KIND_TEXT) {
		take_record(s, rest);
	} else {
		s->reader.counts.units++;
		s->reader.counts.damaged++;
	}
}

enum source_st
source_next(struct source *s, struct query *q)
{
	struct span record;

	while (s->row.at == s->row.n) {
		enum lines_st st = LINES_LINE;

		s->row.at = s->row.n = 0;
		if (s->is_over)
			return s->failed ? SOURCE_FAILED : SOURCE_END;
		if (s->kind == KIND_UNKNOWN) {
			st = lines_peek(&s->lines, CAPTURE_MAGIC_LEN, &record);
			if (st == LINES_FAILED && !record.n)
				return fail(s);
			find_kind(s, record);
		}
		st = lines_next(&s->lines, &record);
		if (st == LINES_LINE)
			take_record(s, record);
		else if (st == LINES_END)
			take_rest(s);
		else
			return fail(s);
	}
	*q = s->row.v[s->row.at++];
	return SOURCE_QUERY;
}
