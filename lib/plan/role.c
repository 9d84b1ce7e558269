/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/role.h"

const struct role roles[ROLES_N] = {
    {ROLE_MAIL, "mail", false, CERTIFICATE_GOOD, 22},
    {ROLE_PLAINTEXT, "plaintext", false, CERTIFICATE_NONE, 23},
    {ROLE_DANE, "dane", false, CERTIFICATE_GOOD, 24},
    {ROLE_TLS_FORCE, "tls-force", false, CERTIFICATE_GOOD, 25},
    {ROLE_TLS_INVALID, "tls-invalid", false, CERTIFICATE_OTHER_NAME, 26},
    {ROLE_GREYLISTING, "greylisting", false, CERTIFICATE_GOOD, 27},
    {ROLE_DNS, "dns", true, CERTIFICATE_NONE, 28},
    {ROLE_DNS_V6, "dns-v6", true, CERTIFICATE_NONE, 29},
    {ROLE_DNS_BROKEN, "dns-dnssec-broken", true, CERTIFICATE_NONE, 30},
};

const struct role *
role_find(struct span name)
{
	for (size_t i = 0; i < ROLES_N; i++)
		if (span_eq(span_str(roles[i].name), name))
			return &roles[i];
	return NULL;
}
