/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/grammar.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "io/regex.h"

struct grammar {
	struct regex *tls, *queued, *delivery, *screen_reject;
};

/* An address, the quoted parts of which are stepped over whole; a lone quote counts as any octet.
 */
#define ADDRESS "((?:[^\">\n]++|\"(?:[^\"\\\\]|\\\\.)*+\"|.)*?)"
#define CLIENT "[^\\s\\[]*\\[[^\\]]*\\](?::\\d+)?"

static const char tls_pattern[] =
    "^(?:(\\w+) )?TLS connection established from " CLIENT "(?: to ([^\\s:]+))?: "
    "(\\S+) with cipher (\\S+) \\((\\d{1,6})/\\d+ bits\\)";

static const char queued_pattern[] = "^from=<" ADDRESS ">, size=(\\d{1,18}), nrcpt=\\d+";

/* The delay is a number as JSON wants it.  The text's closing parenthesis may be cut off with the
 * end of the line. */
static const char delivery_pattern[] =
    "^to=<" ADDRESS ">, (?:orig_to=<" ADDRESS ">, )?relay=([^,]*), (?:conn_use=\\d+, )?"
    "delay=((?:0|[1-9]\\d{0,14})(?:\\.\\d{1,9})?), (?:delays=[\\d./]+, )?(?:dsn=([\\d.]+), "
    ")?status=([\\w-]+)(?: \\((.*))?$";

/* The end of the name may be cut off with the end of the line. */
static const char screen_reject_pattern[] =
    "^(\\d{3}) .*?; from=<" ADDRESS ">, to=<" ADDRESS ">, proto=(\\w+), helo=<(.*?)>?$";

struct grammar *
grammar_new(void)
{
	struct grammar *g = malloc(sizeof *g);

	if (!g)
		out_of_memory();
	g->tls = regex_new(tls_pattern);
	g->queued = regex_new(queued_pattern);
	g->delivery = regex_new(delivery_pattern);
	g->screen_reject = regex_new(screen_reject_pattern);
	return g;
}

void
grammar_free(struct grammar *g)
{
	if (!g)
		return;
	regex_free(g->tls);
	regex_free(g->queued);
	regex_free(g->delivery);
	regex_free(g->screen_reject);
	free(g);
}

/* The value of a run of digits that a pattern has bounded. */
static int64_t
number_of(struct span digits)
{
	struct cursor c = cursor_on(digits);

	return (int64_t)cur_number(&c, 18);
}

bool
grammar_tls(struct grammar *g, struct span text, struct session_tls *tls)
{
	struct span part[6];

	if (regex_match(g->tls, text, part, 6) != REGEX_MATCH)
		return false;
	tls->trust = part[1];
	tls->sni = part[2];
	tls->protocol = part[3];
	tls->cipher = part[4];
	tls->bits = (int)number_of(part[5]);
	return true;
}

bool
grammar_queued(struct grammar *g, struct span text, struct span *from, int64_t *size)
{
	struct span part[3];

	if (regex_match(g->queued, text, part, 3) != REGEX_MATCH)
		return false;
	*from = part[1];
	*size = number_of(part[2]);
	return true;
}

bool
grammar_delivery(struct grammar *g, struct span text, struct session_delivery *d)
{
	struct span part[8];

	if (regex_match(g->delivery, text, part, 8) != REGEX_MATCH)
		return false;
	if (span_ends(part[7], SPAN_LIT(")")))
		part[7].n--;
	*d = (struct session_delivery){
	    .to = part[1],
	    .orig_to = part[2],
	    .relay = part[3],
	    .delay = part[4],
	    .dsn = part[5],
	    .status = part[6],
	    .text = part[7],
	};
	return true;
}

bool
grammar_screen_reject(struct grammar *g, struct span text, struct screen_reject *r)
{
	struct span part[6];

	if (regex_match(g->screen_reject, text, part, 6) != REGEX_MATCH)
		return false;
	*r = (struct screen_reject){
	    .code = (int)number_of(part[1]),
	    .from = part[2],
	    .to = part[3],
	    .esmtp = span_eq(part[4], SPAN_LIT("ESMTP")),
	    .helo = part[5],
	};
	return true;
}
