/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/cell.h"

#include <stdio.h>

const struct cell_word cell_words[CELLS_N] = {
    [VERDICT_SUPPORTED] = {"yes", "\u2713", TONE_YES, "it was seen to do it"},
    [VERDICT_NOT_SUPPORTED] = {"no", "\u2717", TONE_NO,
	"it does not, with control and site fine; of what may be enforced: it does not insist"},
    [VERDICT_STRICT] = {"strict", "\u25c6", TONE_STRICT,
	"it left for the very reason that is measured: it insists"},
    [VERDICT_BROKEN] = {"broken", "!", TONE_ODD, "the control is fine and a correct case fails"},
    [VERDICT_MIXED] = {"k/n", "\u00b1", TONE_ODD, "they disagree: k of n say yes"},
    [VERDICT_INCONCLUSIVE] = {"?", "?", TONE_OPEN,
	"nothing can be said: control, site or evidence "
	"is missing"},
    [VERDICT_INCONSISTENT] = {"odd", "\u2260", TONE_ODD, "two findings that cannot both be"},
    [VERDICT_NOT_CHALLENGED] = {"let in", "\u2013", TONE_OPEN,
	"it was let in at once, so its patience was not tried"},
    [VERDICT_ABSENT_UNEXPLAINED] = {"absent", "\u2205", TONE_OPEN,
	"nothing came, and no query or returned mail tells why"},
    [VERDICT_REFUSED_AT_SUBMISSION] = {"barred", "\u2298", TONE_ODD,
	"the provider's submission server did not take the probe: not the sender's failure"},
    [VERDICT_FOREIGN] = {"other", "\u21c4", TONE_OPEN, "it came from another operator only"},
    [VERDICT_NOT_SENT] = {"-", "\u2013", TONE_OPEN, "no probe was sent"},
    [VERDICT_NEVER_STARTED] = {"none", "\u2013", TONE_OPEN, "nothing of the set was ever seen"},
    [VERDICT_PENDING] = {"wait", "\u2026", TONE_OPEN, "the deadline is not over"},
    [CELL_RIGHT] = {"right", "\u2713", TONE_OPEN,
	"what is right arrives; whether it insists is not decided"},
};

const struct cell_head cell_heads[CAPABILITIES_N] = {
    {"IPv4", "does it deliver over IPv4?"},
    {"IPv6", "does it deliver over IPv6?"},
    {"DNS6", "does its resolver ask over IPv6?"},
    {"DNSSEC", "does its path insist on DNSSEC validation?"},
    {"retry", "does it come again after a temporary refusal?"},
    {"TLS", "does it speak STARTTLS?"},
    {"cert", "does it insist on the name in the certificate?"},
    {"DANE", "does it enforce DANE?"},
    {"clear", "does it send in clear text where no encryption is offered?"},
};

int
cell_of(const struct capability *c, enum verdict_state state)
{
	return c->enforced && state == VERDICT_SUPPORTED ? CELL_RIGHT : (int)state;
}

const char *
cell_text(const struct capability *c, enum verdict_state state, size_t yes_n, size_t votes_n,
    char out[CELL_TEXT_MAX])
{
	if (state == VERDICT_MIXED && votes_n)
		snprintf(out, CELL_TEXT_MAX, "%zu/%zu", yes_n, votes_n);
	else
		snprintf(out, CELL_TEXT_MAX, "%s", cell_words[cell_of(c, state)].word);
	return out;
}
