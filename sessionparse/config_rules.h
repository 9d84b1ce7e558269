/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_rules - the rules of config_check: a table, each with the parameter that it looks at, a
 * test that is true where something is wrong, why it matters, and the mend. */
#ifndef EMT_CONFIG_RULES_H
#define EMT_CONFIG_RULES_H

#include "sessionparse/postconf.h"

/* What a rule is asked of. */
struct config_judged {
	const struct postconf *pc;
	const struct postconf_service *service; /* NULL: Postfix as a whole */
	struct span value;                      /* of the rule's parameter */
	bool journal;
};

/* The value of a parameter there; `def` where nobody says. */
struct span config_value(const struct config_judged *j, const char *name, const char *def);

bool config_is_command(const struct postconf_service *s, const char *name);

enum config_scope {
	OF_SERVERS, /* smtpd that clients reach */
	OF_CLIENTS, /* smtp and lmtp */
	OF_ALL,     /* Postfix as a whole */
};

struct config_rule {
	enum config_scope scope;
	const char *parameter; /* NULL: the service itself */
	const char *def;       /* what Postfix takes where nobody says */
	bool (*fails)(const struct config_judged *j);
	const char *why, *mend;
};

enum { CONFIG_RULES_N = 16 };

extern const struct config_rule config_rules[CONFIG_RULES_N];

#endif
