/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/config_check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "sessionparse/config_rules.h"
#include "sessionparse/journald.h"

enum {
	EXIT_FINDINGS = 1,
	FINDINGS_MAX = 1 << 20, /* octets of text */
};

static void
put_finding(struct buf *out, const struct config_rule *rule, const struct config_judged *j)
{
	const struct postconf_service *s = j->service;

	if (s) {
		buf_puts(out, "master.cf, ");
		safe_put(out, s->name);
		buf_putc(out, ' ');
		safe_put(out, s->type);
	} else {
		buf_puts(out, "main.cf");
	}
	if (rule->parameter && j->value.n) {
		buf_printf(out, ": %s = ", rule->parameter);
		safe_put(out, j->value);
	} else if (rule->parameter) {
		buf_printf(out, ": %s is not set", rule->parameter);
	}
	buf_printf(out, ": %s; %s\n", rule->why, rule->mend);
}

static bool
is_in_scope(enum config_scope scope, const struct postconf_service *s)
{
	bool reached = span_eq(s->type, SPAN_LIT("inet")) || span_eq(s->type, SPAN_LIT("pass"));

	if (scope == OF_SERVERS)
		return reached && config_is_command(s, "smtpd");
	return scope == OF_CLIENTS &&
	       (config_is_command(s, "smtp") || config_is_command(s, "lmtp"));
}

/* Asks one rule of one service; the number of findings. */
static size_t
ask(const struct config_rule *rule, struct config_judged *j, const struct postconf_service *s,
    struct buf *out)
{
	j->service = s;
	j->value = rule->parameter ? config_value(j, rule->parameter, rule->def) : SPAN_LIT("");
	if (!rule->fails(j))
		return 0;
	put_finding(out, rule, j);
	return 1;
}

size_t
config_check(const struct postconf *pc, bool journal, struct buf *out)
{
	struct config_judged j = {.pc = pc, .journal = journal};
	size_t findings_n = 0, servers_n = 0;

	for (const struct postconf_service *s = pc->services; s; s = s->next) {
		servers_n += is_in_scope(OF_SERVERS, s);
		for (size_t i = 0; i < CONFIG_RULES_N; i++)
			if (is_in_scope(config_rules[i].scope, s))
				findings_n += ask(&config_rules[i], &j, s, out);
	}
	for (size_t i = 0; i < CONFIG_RULES_N; i++)
		if (config_rules[i].scope == OF_ALL)
			findings_n += ask(&config_rules[i], &j, NULL, out);
	if (!servers_n) {
		buf_puts(out, "master.cf: no service runs smtpd: there are no sessions to log; add "
			      "to it: smtp inet n - n - - smtpd\n");
		findings_n++;
	}
	return findings_n;
}

/* A value of -x has no $ left; one of postconf -n may. */
static const char *
find_unexpanded(const struct postconf *pc)
{
	static const char *const names[] = {"debug_peer_list", "debug_peer_level", "inet_protocols",
	    "smtpd_tls_loglevel", "smtpd_tls_security_level", "maillog_file"};

	for (const struct postconf_service *s = pc->services;; s = s->next) {
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			struct span value = postconf_value(pc, s, span_str(names[i]));

			if (span_find(value, '$') < value.n)
				return names[i];
		}
		if (!s)
			return NULL;
	}
}

static int
read_file(struct postconf *pc, const char *file)
{
	struct buf text;
	const char *wrong = NULL;
	int fd = !strcmp(file, "-") ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;

	buf_init(&text, POSTCONF_TEXT_MAX);
	while (n > 0 && !text.overflow) {
		char piece[16384];

		n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			buf_put(&text, (struct span){piece, (size_t)n});
	}
	if (n < 0)
		log_error("%s: %s", file, strerror(errno));
	else if (text.overflow)
		wrong = arena_printf(pc->arena, "%s: too much for the output of postconf", file);
	else
		wrong = postconf_take(pc, file, buf_span(&text));
	if (wrong)
		log_error("%s", wrong);
	if (fd > STDIN_FILENO)
		close(fd);
	buf_free(&text);
	return n < 0 ? EX_TEMPFAIL : wrong ? EX_DATAERR : EX_OK;
}

static int
gather(struct postconf *pc, const char *dir, char *const *files, int files_n)
{
	const char *unexpanded;
	int status = EX_OK;

	if (!files_n)
		return postconf_run(pc, dir) ? EX_OK : EX_TEMPFAIL;
	for (int i = 0; i < files_n && status == EX_OK; i++)
		status = read_file(pc, files[i]);
	unexpanded = status == EX_OK ? find_unexpanded(pc) : NULL;
	if (!unexpanded)
		return status;
	log_error("%s holds a $name; save the output of postconf -x and of postconf -Mx, which put "
		  "in its value",
	    unexpanded);
	return EX_DATAERR;
}

int
config_check_run(const char *dir, char *const *files, int files_n)
{
	struct arena *a = arena_new();
	struct postconf pc;
	struct buf findings;
	int status;

	postconf_init(&pc, a);
	buf_init(&findings, FINDINGS_MAX);
	status = gather(&pc, dir, files, files_n);
	if (status == EX_OK &&
	    config_check(&pc, !files_n && journald_drops_lines("/"), &findings) > 0) {
		status = EXIT_FINDINGS;
		fputs(buf_str(&findings), stdout);
		if (fflush(stdout) != 0) {
			log_error("standard output: %s", strerror(errno));
			status = EX_TEMPFAIL;
		}
	}
	buf_free(&findings);
	arena_free(a);
	return status;
}

void
config_check_hint(uint64_t silent_n, uint64_t sessions_n)
{
	if (silent_n)
		log_warning("%" PRIu64 " of %" PRIu64 " sessions with mail have no dialogue: "
			    "debug_peer_list was not set for them; emt-sessions --check-config "
			    "tells what Postfix needs",
		    silent_n, sessions_n);
}
