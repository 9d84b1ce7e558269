/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/journal_export.h"

#include "base/cursor.h"

enum { LENGTH_OCTETS = 8 };

static const struct span names[JOURNAL_FIELDS] = {
    [JOURNAL_MESSAGE] = {"MESSAGE", 7},
    [JOURNAL_IDENTIFIER] = {"SYSLOG_IDENTIFIER", 17},
    [JOURNAL_PID_GIVEN] = {"SYSLOG_PID", 10},
    [JOURNAL_PID_SEEN] = {"_PID", 4},
    [JOURNAL_HOST] = {"_HOSTNAME", 9},
    [JOURNAL_TIME_US] = {"__REALTIME_TIMESTAMP", 20},
};

bool
journal_export_is(struct span first_line)
{
	return span_starts(first_line, SPAN_LIT("__CURSOR=")) ||
	       span_starts(first_line, SPAN_LIT("__REALTIME_TIMESTAMP="));
}

static void
forget(struct journal_export *j)
{
	struct buf text = j->text;

	buf_clear(&text);
	*j = (struct journal_export){.text = text};
}

void
journal_export_init(struct journal_export *j)
{
	*j = (struct journal_export){.broken = false};
	buf_init(&j->text, JOURNAL_FIELDS * JOURNAL_FIELD_MAX);
}

void
journal_export_free(struct journal_export *j)
{
	buf_free(&j->text);
}

static void
start_field(struct journal_export *j, struct span name)
{
	j->field = JOURNAL_FIELDS;
	for (int i = 0; i < JOURNAL_FIELDS; i++)
		if (span_eq(name, names[i]) && !j->fields[i].seen)
			j->field = (enum journal_field)i;
	if (j->field == JOURNAL_FIELDS)
		return;
	j->fields[j->field].at = j->text.n;
	j->fields[j->field].seen = true;
}

static void
add_value(struct journal_export *j, struct span part)
{
	size_t room;

	if (j->field == JOURNAL_FIELDS)
		return;
	room = JOURNAL_FIELD_MAX - j->fields[j->field].n;
	if (part.n > room)
		part.n = room;
	buf_put(&j->text, part);
	j->fields[j->field].n += part.n;
}

/* `missing` octets of a value that nobody keeps. */
static void
step_over(struct journal_export *j, uint64_t missing)
{
	if (j->length_n < LENGTH_OCTETS || missing > j->left)
		j->broken = true;
	else
		j->left -= missing;
}

static void
take_value(struct journal_export *j, struct span part)
{
	for (; part.n && j->length_n < LENGTH_OCTETS; part = span_from(part, 1))
		j->left |= (uint64_t)(unsigned char)part.p[0] << 8 * j->length_n++;
	if (part.n > j->left) {
		j->broken = true;
		return;
	}
	add_value(j, part);
	j->left -= part.n;
}

/* A line of a value of the second kind.  Its newline is the one behind the value, or part of it, or
 * of its length. */
static void
take_value_line(struct journal_export *j, struct span line, uint64_t octets)
{
	take_value(j, line);
	if (!j->broken && octets > line.n + 1)
		step_over(j, octets - line.n - 1);
	if (j->broken)
		return;
	if (j->length_n == LENGTH_OCTETS && j->left == 0)
		j->in_value = false;
	else
		take_value(j, SPAN_LIT("\n"));
}

static void
take_field_line(struct journal_export *j, struct span line)
{
	size_t sign = span_find(line, '=');

	start_field(j, (struct span){line.p, sign});
	if (sign < line.n) {
		add_value(j, span_from(line, sign + 1));
		return;
	}
	j->in_value = true;
	j->length_n = 0;
	j->left = 0;
}

static struct span
value_of(const struct journal_export *j, enum journal_field field)
{
	return (struct span){
	    j->fields[field].seen ? j->text.p + j->fields[field].at : NULL, j->fields[field].n};
}

static bool
make_line(const struct journal_export *j, struct logline *l)
{
	struct cursor pid = cursor_on(
	    value_of(j, j->fields[JOURNAL_PID_GIVEN].seen ? JOURNAL_PID_GIVEN : JOURNAL_PID_SEEN));

	*l = (struct logline){
	    .when = value_of(j, JOURNAL_TIME_US),
	    .host = value_of(j, JOURNAL_HOST),
	    .tag = value_of(j, JOURNAL_IDENTIFIER),
	    .text = value_of(j, JOURNAL_MESSAGE),
	    .pid = (int64_t)cur_number(&pid, 10),
	};
	return !j->broken && !j->in_value && j->fields[JOURNAL_MESSAGE].seen && l->tag.n &&
	       cur_done(&pid);
}

enum journal_st
journal_export_end(struct journal_export *j, struct logline *l)
{
	bool whole = make_line(j, l);

	if (!whole && !j->text.n && !j->broken)
		return JOURNAL_MORE; /* nothing came */
	/* What *l has stays where it is until the next field. */
	forget(j);
	return whole ? JOURNAL_ENTRY : JOURNAL_OTHER;
}

enum journal_st
journal_export_line(struct journal_export *j, struct span line, uint64_t octets, struct logline *l)
{
	if (j->in_value && !j->broken)
		take_value_line(j, line, octets);
	else if (!line.n)
		return journal_export_end(j, l);
	else if (!j->broken)
		take_field_line(j, line);
	return JOURNAL_MORE;
}
