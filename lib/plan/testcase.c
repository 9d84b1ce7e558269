/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/testcase.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "io/tree.h"

enum { FILE_MAX = 64 * 1024, CASES_MAX = 1000, NAME_MAX_LEN = 120 };

const struct evidence_kind evidence_kinds[EVIDENCE_N] = {
    [SEEN_STORED] = {"stored", false},
    [SEEN_STORED_IPV4] = {"stored-ipv4", false},
    [SEEN_STORED_IPV6] = {"stored-ipv6", false},
    [SEEN_STORED_TLS] = {"stored-tls", false},
    [SEEN_STORED_CLEAR] = {"stored-clear", false},
    [SEEN_STORED_AT_ONCE] = {"stored-at-once", false},
    [SEEN_SECOND_ATTEMPT] = {"second-attempt", false},
    [SEEN_ONE_ATTEMPT] = {"one-attempt", false},
    [SEEN_HANDSHAKE] = {"handshake", true},
    [SEEN_HANDSHAKE_FAILED] = {"handshake-failed", true},
    [SEEN_REFUSED_CLEAR] = {"refused-clear", true},
    [SEEN_TLS_THEN_CLEAR] = {"tls-then-clear", true},
    [SEEN_LEFT_AFTER_EHLO] = {"left-after-ehlo", true},
    [SEEN_LEFT_AFTER_TLS] = {"left-after-tls", true},
    [SEEN_QUERY_IPV6] = {"query-ipv6", false},
    [SEEN_CUT_ASKED] = {"cut-asked", false},
    [SEEN_NOTHING] = {"nothing", false},
};

const char *const state_names[STATES_N] = {
    [STATE_SUPPORTED] = "supported",
    [STATE_NOT_SUPPORTED] = "not-supported",
    [STATE_STRICT] = "strict",
    [STATE_BROKEN] = "broken",
    [STATE_INCONCLUSIVE] = "inconclusive",
    [STATE_INCONSISTENT] = "inconsistent",
    [STATE_NOT_CHALLENGED] = "not-challenged",
    [STATE_ABSENT_UNEXPLAINED] = "absent-unexplained",
};

#define CAPABILITIES \
	"none|ipv4-delivery|ipv6-delivery|ipv6-resolver|dnssec-validation|greylisting-retry|" \
	"starttls|certificate-name|dane|plaintext"

/* A file as it is read. */
struct file {
	struct testcase found;
	const char *address, *host, *mx;
	struct option_list control;
	int64_t capability;
	struct option_family rule;
};

#define FIELD(name) .field = offsetof(struct file, name)

static const struct option rows[] = {
    {"address", 0, OPT_TEXT, FIELD(address), .help = "measurement@NAME"},
    {"host", 0, OPT_TEXT, FIELD(host), .help = "role of the host that receives its mail"},
    {"mx", 0, OPT_NAME, FIELD(mx), .help = "name of the MX host of the plain address"},
    {"families", 0, OPT_CHOICE, .choices = "both|ipv4|ipv6", FIELD(found.families),
	.help = "address families of its MX hosts"},
    {"tlsa", 0, OPT_CHOICE, .def = "none", .choices = "none|match|mismatch", FIELD(found.tlsa),
	.help = "TLSA records of its MX hosts"},
    {"differs", 0, OPT_TEXT, FIELD(found.differs), .help = "from its control, in this alone"},
    {"control", 0, OPT_NAMES, FIELD(control), .help = "cases that must be fine"},
    {"capability", 0, OPT_CHOICE, .choices = CAPABILITIES, FIELD(capability),
	.help = "what it decides"},
    {"rule.*", 0, OPT_FAMILY, FIELD(rule), .help = "rule.EVIDENCE = STATE words"},
    {"arrival", 0, OPT_TEXT, FIELD(found.arrival), .help = "what it means that a mail arrived"},
    {"absence", 0, OPT_TEXT, FIELD(found.absence), .help = "what it means that none did"},
};

static const struct option_table table = {rows, sizeof rows / sizeof *rows};

struct reader {
	struct arena *a;
	struct option_values values;
	struct file f;
};

static const char *
need_all(struct reader *r, const char *file)
{
	for (size_t i = 0; i < table.n; i++)
		if (rows[i].type != OPT_FAMILY && !r->values.v[i].text)
			return arena_printf(r->a, "%s:1: %s is missing; add a line %s = ... (%s)",
			    file, rows[i].name, rows[i].name, rows[i].help);
	return NULL;
}

/* Labels of small letters, digits and hyphens; the first one is none that the DNS, MTA-STS or the
 * pool of tokens uses otherwise. */
static bool
is_case_name(struct span s)
{
	if (s.n > NAME_MAX_LEN || span_starts(s, SPAN_LIT("mx.")))
		return false;
	while (s.p) {
		struct span label = span_cut(&s, '.');

		/* 26 characters are a token's length. */
		if (!label.n || label.n > 63 || label.n == 26 || label.p[0] == '-' ||
		    label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_digit(label.p[i]) && label.p[i] != '-' &&
			    !(label.p[i] >= 'a' && label.p[i] <= 'z'))
				return false;
	}
	return true;
}

static size_t
name_of(struct span name, const char *const *names, size_t n)
{
	size_t i = 0;

	while (i < n && !span_eq(span_str(names[i]), name))
		i++;
	return i;
}

static const char *
read_rule(struct reader *r, const struct option_member *m, struct testcase_rule *rule)
{
	struct span words = span_str(m->text), state = span_cut(&words, ' ');
	size_t evidence = 0, found = name_of(state, state_names, STATES_N);

	while (evidence < EVIDENCE_N && strcmp(evidence_kinds[evidence].name, m->key) != 0)
		evidence++;
	if (evidence == EVIDENCE_N)
		return arena_printf(r->a,
		    "%s: rule.%s: no evidence is called that; emt-site(8) lists those there are",
		    m->place, m->key);
	if (found == STATES_N)
		return arena_printf(r->a,
		    "%s: rule.%s: its first word is no state; emt-site(8) lists those there are",
		    m->place, m->key);
	words = span_trim(words);
	if (!words.n)
		return arena_printf(r->a,
		    "%s: rule.%s: says nothing behind its state; add what that means", m->place,
		    m->key);
	*rule = (struct testcase_rule){.evidence = (enum evidence)evidence,
	    .state = (enum state)found,
	    .words = arena_dup(r->a, words),
	    .place = m->place};
	return NULL;
}

static const char *
read_rules(struct reader *r, struct testcase *t)
{
	const struct option_family *family = &r->f.rule;
	bool nothing = false;

	t->rules = arena_alloc(r->a, (family->n + 1) * sizeof *t->rules);
	for (size_t i = 0; i < family->n; i++) {
		const char *error = read_rule(r, &family->v[i], &t->rules[t->rules_n++]);

		if (error)
			return error;
		t->own_addresses |= evidence_kinds[t->rules[i].evidence].without_rcpt;
		nothing |= t->rules[i].evidence == SEEN_NOTHING;
	}
	if (t->capability && !nothing)
		return arena_printf(r->a,
		    "%s: %s is decided here, and no rule.nothing says what absence leads to; add "
		    "it",
		    option_place(&r->values, "capability"), t->capability);
	return NULL;
}

/* The word of a choice. */
static const char *
chosen(struct arena *a, const char *choices, int64_t i)
{
	struct span words = span_str(choices), word = span_cut(&words, '|');

	while (i-- > 0)
		word = span_cut(&words, '|');
	return arena_dup(a, word);
}

static const char *
check_file(struct reader *r, struct testcase *t)
{
	const char *want = arena_printf(r->a, "measurement@%s", t->name);
	struct span zone = span_str(t->name);

	if (strcmp(r->f.address, want) != 0)
		return arena_printf(r->a, "%s: address is not that of the file's name; write %s",
		    option_place(&r->values, "address"), want);
	t->host = role_find(span_str(r->f.host));
	if (!t->host || t->host->dns)
		return arena_printf(r->a,
		    "%s: no mail host has the role \"%s\"; write mail, plaintext, dane, tls-force, "
		    "tls-invalid or greylisting",
		    option_place(&r->values, "host"), r->f.host);
	if (!is_case_name(span_str(r->f.mx)) || strchr(r->f.mx, '.'))
		return arena_printf(r->a, "%s: mx is no single label; write one such as mail-v4",
		    option_place(&r->values, "mx"));
	t->mx = r->f.mx;
	t->mx_place = option_place(&r->values, "mx");
	t->capability = r->f.capability ? chosen(r->a, CAPABILITIES, r->f.capability) : NULL;
	if (t->tlsa != TLSA_NONE && t->host->certificate == CERTIFICATE_NONE)
		return arena_printf(r->a,
		    "%s: role %s has no certificate, so no TLSA record makes sense; write tlsa = "
		    "none",
		    option_place(&r->values, "tlsa"), t->host->name);
	span_cut(&zone, '.');
	t->zone = zone.p ? zone.p : "";
	return read_rules(r, t);
}

static const char *
read_file(struct arena *a, const char *folder, const char *file_name, struct reader *r)
{
	struct testcase *t = &r->f.found;
	struct span text, name = span_str(file_name);
	const char *error;

	*r = (struct reader){.a = a};
	t->file = arena_printf(a, "%s/%s", folder, file_name);
	name.n -= strlen(".conf");
	t->name = arena_dup(a, name);
	if (!is_case_name(name))
		return arena_printf(a,
		    "%s:1: the file's name is no domain name of small letters, digits and hyphens; "
		    "rename it",
		    t->file);
	error = tree_read(a, t->file, FILE_MAX, &text);
	if (error)
		return error;
	option_values_init(&r->values, a, table);
	error = option_take_file(&r->values, t->file, text);
	if (!error)
		error = option_store(&r->values, &r->f);
	if (!error)
		error = need_all(r, t->file);
	return error ? error : check_file(r, t);
}

/* Finds the controls by their names. */
static const char *
join_controls(struct arena *a, const struct testcases *cases, struct reader *r, struct testcase *t)
{
	const struct option_list *names = &r->f.control;
	const char *place = option_place(&r->values, "control");

	t->controls = arena_alloc(a, (names->n + 1) * sizeof(struct testcase *));
	for (size_t i = 0; i < names->n; i++) {
		const struct testcase *control = testcase_find(cases, span_str(names->v[i]));

		if (!control)
			return arena_printf(a,
			    "%s: there is no test case \"%s\" to be the control; correct the name, "
			    "or add %s.conf",
			    place, names->v[i], names->v[i]);
		t->controls[t->controls_n++] = control;
	}
	if (!names->n && strcmp(t->name, "mail-ok") != 0)
		return arena_printf(
		    a, "%s: only mail-ok has no control; write control = mail-ok", place);
	return NULL;
}

/* Follows controls; true if that comes back to `start`.  The depth bounds other circles on the way.
 */
static bool
leads_back(const struct testcase *t, const struct testcase *start, size_t depth)
{
	for (size_t i = 0; depth && i < t->controls_n; i++)
		if (t->controls[i] == start || leads_back(t->controls[i], start, depth - 1))
			return true;
	return false;
}

enum { CONTROLS_DEPTH = 16 };

/* The longest way from t over its controls, or more than CONTROLS_DEPTH. */
static size_t
depth_of(const struct testcase *t, size_t depth)
{
	size_t most = depth;

	for (size_t i = 0; depth <= CONTROLS_DEPTH && i < t->controls_n; i++) {
		size_t d = depth_of(t->controls[i], depth + 1);

		most = d > most ? d : most;
	}
	return most;
}

const char *
testcases_read(struct arena *a, const char *folder, struct testcases *cases)
{
	const char **names, *error;
	struct reader *readers;
	size_t n;

	*cases = (struct testcases){0};
	error = tree_list(a, folder, ".conf", &names, &n);
	if (!error && (!n || n > CASES_MAX))
		error = arena_printf(a, "%s: holds no test case, or more than a thousand", folder);
	if (error)
		return error;
	readers = arena_alloc(a, n * sizeof *readers);
	cases->v = arena_alloc(a, n * sizeof *cases->v);
	cases->n = n;
	for (size_t i = 0; !error && i < n; i++) {
		error = read_file(a, folder, names[i], &readers[i]);
		cases->v[i] = readers[i].f.found;
	}
	for (size_t i = 0; !error && i < n; i++)
		error = join_controls(a, cases, &readers[i], &cases->v[i]);
	for (size_t i = 0; !error && i < n; i++)
		if (leads_back(&cases->v[i], &cases->v[i], CONTROLS_DEPTH))
			error = arena_printf(a,
			    "%s: the controls of %s lead back to it; name one that needs no %s",
			    option_place(&readers[i].values, "control"), cases->v[i].name,
			    cases->v[i].name);
	for (size_t i = 0; !error && i < n; i++)
		if (depth_of(&cases->v[i], 0) > CONTROLS_DEPTH)
			error = arena_printf(a,
			    "%s: the controls of %s go deeper than %d; name a nearer one",
			    option_place(&readers[i].values, "control"), cases->v[i].name,
			    CONTROLS_DEPTH);
	return error;
}

const struct testcase *
testcase_find(const struct testcases *cases, struct span name)
{
	for (size_t i = 0; i < cases->n; i++)
		if (span_eq(span_str(cases->v[i].name), name))
			return &cases->v[i];
	return NULL;
}
