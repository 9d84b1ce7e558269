/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/option.h"

#include "base/cursor.h"
#include "base/option_value.h"
#include "base/utf8.h"

enum { NAME_LEN_MAX = 64 };

static bool
is_name_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

/* Text of a stranger inside a message, safe and short. */
static const char *
shown(struct arena *a, struct span s)
{
	struct buf b;
	const char *text;

	buf_init(&b, 400);
	safe_put(&b, s.n > 80 ? (struct span){s.p, 80} : s);
	text = arena_dup(a, buf_span(&b));
	buf_free(&b);
	return text;
}

void
option_values_init(struct option_values *values, struct arena *a, struct option_table table)
{
	*values = (struct option_values){.arena = a, .table = table};
	values->v = arena_alloc(a, table.n * sizeof *values->v);
}

/* What stands behind the dot of a family's member; p == NULL if `name` is none of this family. */
static struct span
family_key(const struct option *o, struct span name)
{
	struct span prefix = span_str(o->name);

	prefix.n--; /* the star */
	if (o->type != OPT_FAMILY || !span_starts(name, prefix) || name.n == prefix.n)
		return (struct span){NULL, 0};
	return span_from(name, prefix.n);
}

static const struct option *
find_name(struct option_table table, struct span name)
{
	for (size_t i = 0; i < table.n; i++)
		if (table.v[i].type == OPT_FAMILY ? family_key(&table.v[i], name).p != NULL
						  : span_eq(span_str(table.v[i].name), name))
			return &table.v[i];
	return NULL;
}

/* The member of a family, made if it is not there yet. */
static struct option_member *
member(struct option_values *values, const struct option *o, struct span name)
{
	struct option_family *family = &values->v[o - values->table.v].family;
	struct span key = family_key(o, name);

	for (size_t i = 0; i < family->n; i++)
		if (span_eq(span_str(family->v[i].key), key))
			return &family->v[i];
	family->v =
	    arena_grow(values->arena, family->v, family->n, family->n + 1, sizeof *family->v);
	family->v[family->n].key = arena_dup(values->arena, key);
	return &family->v[family->n++];
}

/* The next logical line of a file: its continuation lines are joined, its first physical line is
 * counted. */
static bool
next_line(struct span *text, size_t *line, size_t *next, struct buf *joined)
{
	buf_clear(joined);
	while (text->p && text->n) {
		struct span physical = span_cut(text, '\n');
		struct span trimmed = span_trim(physical);
		bool goes_on = text->n && is_blank(text->p[0]);

		if (joined->n == 0)
			*line = *next;
		++*next;
		if (trimmed.n && trimmed.p[0] != '#') {
			if (joined->n)
				buf_putc(joined, ' ');
			buf_put(joined, trimmed);
		}
		if (joined->n && !goes_on)
			return true;
	}
	return joined->n > 0;
}

/* Where the text and the place of a setting are kept. */
static void
fields_of(struct option_values *values, const struct option *o, struct span name,
    const char ***text, const char ***place)
{
	if (o->type == OPT_FAMILY) {
		struct option_member *m = member(values, o, name);

		*text = &m->text;
		*place = &m->place;
	} else {
		struct option_origin *origin = &values->v[o - values->table.v];

		*text = &origin->text;
		*place = &origin->place;
	}
}

static const char *
take_line(struct option_values *values, const char *file, size_t line, struct span text)
{
	struct arena *a = values->arena;
	const char *place = arena_printf(a, "%s:%zu", file, line);
	struct cursor c = cursor_on(text);
	struct span name = cur_run(&c, is_name_char, NAME_LEN_MAX), value;
	const char **text_field, **place_field;
	const struct option *o;

	cur_blanks(&c, text.n);
	if (!name.n || !cur_literal(&c, SPAN_LIT("=")))
		return arena_printf(
		    a, "%s: not of the form name = value: \"%s\"", place, shown(a, text));
	value = span_trim(cur_rest(&c));
	o = find_name(values->table, name);
	if (!o)
		return arena_printf(a,
		    "%s: no setting is called \"%.*s\"; -n shows those there are", place,
		    (int)name.n, name.p);
	if (!value.n)
		return arena_printf(a, "%s: %.*s has no value; write one, or delete the line",
		    place, (int)name.n, name.p);
	if (memchr(value.p, '\0', value.n))
		return arena_printf(
		    a, "%s: %.*s holds a NUL octet; write plain text", place, (int)name.n, name.p);
	fields_of(values, o, name, &text_field, &place_field);
	if (*place_field)
		return arena_printf(a, "%s: %.*s is set at %s already; delete one of them", place,
		    (int)name.n, name.p, *place_field);
	*text_field = arena_dup(a, value);
	*place_field = place;
	return NULL;
}

const char *
option_take_file(struct option_values *values, const char *file, struct span text)
{
	size_t line = 0, next = 1;
	const char *error = NULL;
	struct buf joined;

	buf_init(&joined, text.n + 1);
	while (!error && next_line(&text, &line, &next, &joined))
		error = take_line(values, file, line, buf_span(&joined));
	buf_free(&joined);
	return error;
}

const char *
option_take_set(struct option_values *values, const char *assignment, unsigned used_by)
{
	struct arena *a = values->arena;
	struct span value = span_str(assignment), name = span_trim(span_cut(&value, '='));
	const char **text_field, **place_field;
	const struct option *o;

	if (!value.p)
		return arena_printf(a, "--set: \"%s\" is not of the form name=value",
		    shown(a, span_str(assignment)));
	o = find_name(values->table, name);
	if (!o || !(o->used_by & used_by))
		return arena_printf(a,
		    "--set: this program has no setting \"%s\"; -n shows its settings",
		    shown(a, name));
	value = span_trim(value);
	if (!value.n)
		return arena_printf(a, "--set: %.*s has no value; write %.*s=VALUE", (int)name.n,
		    name.p, (int)name.n, name.p);
	fields_of(values, o, name, &text_field, &place_field);
	*text_field = arena_dup(a, value);
	*place_field = "--set";
	return NULL;
}

static const char *
text_of(const struct option_values *values, const struct option *o)
{
	const char *text = values->v[o - values->table.v].text;

	return text ? text : o->def;
}

/* Replaces each $name in the text of the setting `of`.  The depth bounds settings that name each
 * other. */
static const char *
expand(const struct option_values *values, const char *of, const char *text, int depth,
    const char **error)
{
	struct arena *a = values->arena;
	const char *result;
	struct cursor c = cursor_on(span_str(text));
	struct buf out;

	if (!text || !strchr(text, '$'))
		return text;
	buf_init(&out, 65536);
	while (!*error && !cur_done(&c)) {
		size_t plain = span_find(c.rest, '$');
		const struct option *other;
		const char *value;
		struct span name;

		buf_put(&out, (struct span){c.rest.p, plain});
		c.rest = span_from(c.rest, plain);
		if (!cur_maybe(&c, SPAN_LIT("$")))
			continue;
		name = cur_run(&c, is_name_char, NAME_LEN_MAX);
		other = find_name(values->table, name);
		value = other && depth
			    ? expand(values, other->name, text_of(values, other), depth - 1, error)
			    : NULL;
		if (!value && !*error)
			*error = arena_printf(
			    a, "%s: $%.*s stands for no value", of, (int)name.n, name.p);
		if (value)
			buf_puts(&out, value);
	}
	if (out.overflow && !*error)
		*error = arena_printf(a, "%s: grows too long by what its $names stand for", of);
	result = arena_dup(a, buf_span(&out));
	buf_free(&out);
	return result;
}

/* Expands the members of a family; its reader checks them. */
static const char *
store_family(struct option_values *values, const struct option *o, void *target)
{
	struct option_family *family = &values->v[o - values->table.v].family;

	for (size_t i = 0; i < family->n; i++) {
		struct option_member *m = &family->v[i];
		const char *error = NULL, *name = arena_printf(values->arena, "%.*s%s",
					      (int)strlen(o->name) - 1, o->name, m->key);

		m->text = expand(values, name, m->text, 8, &error);
		if (error)
			return arena_printf(values->arena, "%s: %s", m->place, error);
	}
	*(struct option_family *)((char *)target + o->field) = *family;
	return NULL;
}

const char *
option_place(const struct option_values *values, const char *name)
{
	const struct option *o = find_name(values->table, span_str(name));
	const char *place = o ? values->v[o - values->table.v].place : NULL;

	return place ? place : "default";
}

const char *
option_store(struct option_values *values, void *target)
{
	struct arena *a = values->arena;

	for (size_t i = 0; i < values->table.n; i++) {
		const struct option *o = &values->table.v[i];
		const char *place = values->v[i].place ? values->v[i].place : "default";
		const char *error = NULL, *text;

		if (o->type == OPT_FAMILY) {
			error = store_family(values, o, target);
			if (error)
				return error;
			continue;
		}
		text = expand(values, o->name, text_of(values, o), 8, &error);
		if (!error && text)
			error = option_value_store(a, o, text, target);
		if (error)
			return arena_printf(a, "%s: %s", place, error);
		values->v[i].text = text;
	}
	return NULL;
}

static void
print_family(const struct option *o, const struct option_family *family, FILE *out)
{
	for (size_t i = 0; i < family->n; i++)
		fprintf(out, "%.*s%s = %s\n", (int)strlen(o->name) - 1, o->name, family->v[i].key,
		    family->v[i].text);
}

void
option_print(const struct option_values *values, unsigned used_by, FILE *out)
{
	for (size_t i = 0; i < values->table.n; i++) {
		const struct option *o = &values->table.v[i];

		if (!(o->used_by & used_by))
			continue;
		if (o->type == OPT_FAMILY)
			print_family(o, &values->v[i].family, out);
		else if (values->v[i].text)
			fprintf(out, "%s = %s\n", o->name, values->v[i].text);
		else
			fprintf(out, "# %s is not set and has no default\n", o->name);
	}
}

static const char *
arg_name(const struct option *o)
{
	static const char *const by_type[] = {[OPT_TEXT] = "TEXT",
	    [OPT_PATH] = "PATH",
	    [OPT_NAME] = "DOMAIN",
	    [OPT_YESNO] = "yes|no",
	    [OPT_NUMBER] = "N",
	    [OPT_SECONDS] = "TIME",
	    [OPT_TEXTS] = "TEXT",
	    [OPT_RESOLVERS] = "ADDRESS,...",
	    [OPT_NAMES] = "DOMAIN,...",
	    [OPT_KEYS] = "DOMAIN=KEY,...",
	    [OPT_RANGES] = "ADDRESS/BITS,...",
	    [OPT_FAMILY] = "TEXT"};

	if (o->type == OPT_FLAG)
		return "";
	return o->arg ? o->arg : o->type == OPT_CHOICE ? o->choices : by_type[o->type];
}

void
option_help_switches(struct option_table table, FILE *out)
{
	for (size_t i = 0; i < table.n; i++) {
		const struct option *o = &table.v[i];
		char left[100];

		snprintf(left, sizeof left, "%c%c%s --%s%s%s", o->letter ? '-' : ' ',
		    o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name,
		    o->type == OPT_FLAG ? "" : " ", arg_name(o));
		fprintf(out, "  %-34s %s\n", left, o->help);
	}
}

void
option_help_settings(struct option_table table, unsigned used_by, FILE *out)
{
	for (size_t i = 0; i < table.n; i++) {
		const struct option *o = &table.v[i];
		char left[100];

		if (!(o->used_by & used_by))
			continue;
		snprintf(left, sizeof left, "%s = %s", o->name, o->def ? o->def : arg_name(o));
		fprintf(out, "  %-34s %s%s%s%s\n", left, o->help, o->unit ? " (" : "",
		    o->unit ? o->unit : "", o->unit ? ")" : "");
	}
}

/* The row of an argument that starts with a dash; *value is what stands behind = or the letter, or
 * NULL. */
static const struct option *
find_switch(struct option_table table, const char *arg, const char **value)
{
	bool is_long = arg[1] == '-';
	struct span rest = span_str(arg + 2), name = span_cut(&rest, '=');

	for (size_t i = 0; i < table.n; i++) {
		const struct option *o = &table.v[i];

		if (is_long ? span_eq(span_str(o->name), name) : o->letter && arg[1] == o->letter) {
			*value = is_long ? rest.p : arg[2] ? arg + 2 : NULL;
			return o;
		}
	}
	return NULL;
}

/* Takes argv[*i], a switch, and its value. */
static const char *
take_switch(struct arena *a, const struct option_group *groups, size_t groups_n, int argc,
    char **argv, int *i)
{
	const char *arg = argv[*i], *value = NULL, *error;
	const struct option *o = NULL;
	size_t g = 0;

	while (g < groups_n && !(o = find_switch(groups[g].table, arg, &value)))
		g++;
	if (!o)
		return arena_printf(
		    a, "unknown option %s; --help lists them", shown(a, span_str(arg)));
	if (o->type == OPT_FLAG && value)
		return arena_printf(a, "--%s takes no value", o->name);
	if (o->type != OPT_FLAG && !value) {
		if (*i + 1 == argc)
			return arena_printf(a, "--%s needs a value: %s", o->name, arg_name(o));
		value = argv[++*i];
	}
	error = option_value_store(a, o, value ? value : "yes", groups[g].target);
	return error ? arena_printf(a, "--%s", error) : NULL;
}

const char *
option_take_switches(struct arena *a, const struct option_group *groups, size_t groups_n, int argc,
    char **argv, int *operands_n)
{
	bool only_operands = false;

	*operands_n = 0;
	for (int i = 1; i < argc; i++) {
		const char *error;

		if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0') {
			argv[++*operands_n] = argv[i];
		} else if (!strcmp(argv[i], "--")) {
			only_operands = true;
		} else {
			error = take_switch(a, groups, groups_n, argc, argv, &i);
			if (error)
				return error;
		}
	}
	return NULL;
}
