/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each rule, with values that it finds and values that it lets pass; tests/sessions/check_config.t
 * asks the real postconf. */
#include "tests/tap.h"

#include "sessionparse/config_check.h"

static const char good_main[] = "debug_peer_level = 2\ndebug_peer_list =\n"
				"enable_long_queue_ids = yes\ninet_protocols = all\n"
				"maillog_file = /var/log/maillog\nsmtpd_tls_loglevel = 1\n"
				"smtpd_tls_security_level = may\nsmtputf8_enable = yes\n";

#define DIALOGUE " -o {debug_peer_list=0.0.0.0/0, [::]/0} -o debug_peer_level=1"

static const char good_master[] = "smtp inet n - n - - smtpd" DIALOGUE "\n"
				  "smtp unix - - n - - smtp\n"
				  "postlog unix-dgram n - n - 1 postlogd\n";

/* The findings of a configuration that differs from the good one in the lines given. */
static size_t
check(const char *main_cf, const char *master_cf, bool journal, struct buf *found)
{
	struct arena *a = arena_new();
	struct postconf pc;
	size_t n;

	postconf_init(&pc, a);
	if (postconf_take(&pc, "main", span_str(good_main)) ||
	    postconf_take(&pc, "main", span_str(main_cf)) ||
	    postconf_take(&pc, "master", span_str(master_cf)))
		printf("# a configuration of this test cannot be read\n");
	buf_init(found, 1 << 16);
	n = config_check(&pc, journal, found);
	arena_free(a);
	return n;
}

/* One finding, of which `text` is a part. */
static void
finds(const char *main_cf, const char *master_cf, const char *text)
{
	struct buf found;
	size_t n = check(main_cf, master_cf, false, &found);
	bool good = n == 1 && strstr(buf_str(&found), text);

	OK(good, text);
	if (!good)
		printf("# %zu findings:\n# %s", n, buf_str(&found));
	OK(span_find(buf_span(&found), '\n') == found.n - 1, "it is one line");
	buf_free(&found);
}

static void
passes(const char *main_cf, const char *master_cf, const char *name)
{
	struct buf found;

	OK(check(main_cf, master_cf, false, &found) == 0, name);
	if (found.n)
		printf("# %s", buf_str(&found));
	buf_free(&found);
}

#define SMTPD "smtp inet n - n - - smtpd"
#define REST "\npostlog unix-dgram n - n - 1 postlogd\n"

static void
test_dialogue(void)
{
	passes("", good_master, "a good configuration");
	finds("", SMTPD REST, "master.cf, smtp inet: debug_peer_list is not set: ");
	finds("debug_peer_level = 10\n", SMTPD REST, "debug_peer_list is not set: ");
	finds("", "smtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd" REST,
	    "master.cf, smtpd pass: debug_peer_list is not set: ");
	passes("", "smtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd" DIALOGUE REST,
	    "postscreen itself needs none");
	finds("", SMTPD DIALOGUE "\nsubmission inet n - n - - smtpd" REST,
	    "master.cf, submission inet: debug_peer_list is not set: ");
	passes("", SMTPD " -o debug_peer_list=static:all -o debug_peer_level=1" REST, "static:all");
	passes("", SMTPD " -o debug_peer_list=[::]/0,0.0.0.0/0 -o debug_peer_level=1" REST,
	    "the other way round");
	finds("", SMTPD " -o debug_peer_list=0.0.0.0/0 -o debug_peer_level=1" REST,
	    "debug_peer_list = 0.0.0.0/0: clients that it does not match");
	passes("inet_protocols = ipv4\n",
	    SMTPD " -o debug_peer_list=0.0.0.0/0 -o debug_peer_level=1" REST, "IPv4 alone");
	passes("inet_protocols = ipv6\n",
	    SMTPD " -o debug_peer_list=[::]/0 -o debug_peer_level=1" REST, "IPv6 alone");
	passes("",
	    "192.0.2.1:25 inet n - n - - smtpd -o debug_peer_list=0.0.0.0/0"
	    " -o debug_peer_level=1" REST,
	    "an IPv4 address");
	passes("",
	    "[2001:db8::1]:25 inet n - n - - smtpd -o debug_peer_list=[::]/0"
	    " -o debug_peer_level=1" REST,
	    "an IPv6 address");
	finds("",
	    "[2001:db8::1]:25 inet n - n - - smtpd -o debug_peer_list=0.0.0.0/0"
	    " -o debug_peer_level=1" REST,
	    "clients that it does not match");
	finds("",
	    SMTPD " -o debug_peer_list=192.0.2.0/24,sender.example -o debug_peer_level=1" REST,
	    "clients that it does not match");
	finds("", SMTPD " -o debug_peer_list=!192.0.2.1,static:all -o debug_peer_level=1" REST,
	    "clients that it does not match");
	finds("", SMTPD " -o {debug_peer_list=static:all ::/0} -o debug_peer_level=1" REST,
	    "an IPv6 address without brackets");
	finds("", SMTPD " -o {debug_peer_list=static:all 2001:db8::/32} -o debug_peer_level=1" REST,
	    "an IPv6 address without brackets");
}

static void
test_levels(void)
{
	finds(
	    "", SMTPD " -o debug_peer_list=static:all" REST, "debug_peer_level = 2: it logs more");
	finds("", SMTPD " -o debug_peer_list=static:all -o debug_peer_level=3" REST,
	    "debug_peer_level = 3: from 3 on smtpd logs the first octets");
	finds("debug_peer_level = 10\n", SMTPD " -o debug_peer_list=static:all" REST,
	    "debug_peer_level = 10: from 3 on smtpd logs the first octets");
	finds("", SMTPD " -o debug_peer_list=static:all -o debug_peer_level=0" REST,
	    "debug_peer_level = 0: smtpd ends");
	finds("", SMTPD " -v" DIALOGUE REST, "master.cf, smtp inet: -v logs the dialogue amid");
	finds("", SMTPD " -v" REST, "-v logs the dialogue amid");
	finds("", SMTPD " -v -v" REST, "-v logs the dialogue amid");
	finds("", SMTPD " -vvv" REST, "-v three times logs the first octets");
	finds("smtpd_tls_loglevel = 0\n", good_master,
	    "smtpd_tls_loglevel = 0: protocol and cipher of TLS are not in the log");
	passes("smtpd_tls_loglevel = 0\nsmtpd_tls_security_level = none\n", good_master,
	    "no TLS, so nothing to log of it");
	passes("smtpd_tls_loglevel = 0\nsmtpd_tls_security_level =\n", good_master, "none either");
	finds("smtpd_tls_loglevel = 0\nsmtpd_tls_security_level =\nsmtpd_use_tls = yes\n",
	    good_master, "protocol and cipher");
	finds("smtpd_tls_loglevel = 0\nsmtpd_tls_security_level =\n",
	    SMTPD DIALOGUE
	    "\nsmtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes" DIALOGUE REST,
	    "master.cf, smtps inet: smtpd_tls_loglevel = 0");
	finds("smtpd_tls_loglevel = 2\n", good_master, "it logs the steps of each handshake");
	finds("smtpd_tls_loglevel = 4\n", good_master, "from 4 on the log holds all");
}

static void
test_rest(void)
{
	struct buf found;

	finds("debug_peer_list = static:all\n", good_master,
	    "master.cf, smtp unix: debug_peer_list = static:all: this client, too,");
	passes("debug_peer_list = static:all\n",
	    SMTPD " -o debug_peer_level=1\nsmtp unix - - n - - smtp -o debug_peer_list=" REST,
	    "a client that overrides it");
	finds("smtputf8_enable = no\n", good_master, "logged as question marks");
	finds("enable_long_queue_ids = no\n", good_master,
	    "main.cf: enable_long_queue_ids = no: a short queue id can come again");
	finds("", SMTPD DIALOGUE "\n", "there is no service of postlogd");
	finds("", "smtp unix - - n - - smtp" REST, "no service runs smtpd");
	finds("", "smtpd unix - - n - - smtpd" REST, "no service runs smtpd");
	passes("maillog_file =\n", good_master, "syslog, without a journal that drops lines");
	SAME_INT(check("maillog_file =\n", good_master, true, &found), 1, "with one");
	OK(strstr(buf_str(&found), "main.cf: maillog_file is not set: "), "it is said");
	buf_free(&found);
	SAME_INT(check("", good_master, true, &found), 0, "postlogd does not care");
	buf_free(&found);
	SAME_INT(
	    check("", "a\x1b[0m inet n - n - - smtpd" REST, false, &found), 1, "a hostile name");
	OK(strstr(buf_str(&found), "a\\x1b[0m"), "is shown safely");
	buf_free(&found);
}

int
main(void)
{
	test_dialogue();
	test_levels();
	test_rest();
	return tap_end();
}
