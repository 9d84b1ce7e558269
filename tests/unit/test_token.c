/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>

#include "mail/token.h"

static const char *
mac_hex(struct span key, struct span text)
{
	static char hex[2 * SHA256_LEN + 1];
	unsigned char mac[SHA256_LEN];

	hmac_sha256(key, text, mac);
	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	return hex;
}

/* RFC 4231 sections 4.2 to 4.8. */
static void
test_hmac(void)
{
	char a[131], text[50];

	memset(a, 0xaa, sizeof a);
	memset(text, 0xdd, sizeof text);
	SAME_STR(mac_hex(SPAN_LIT("Jefe"), SPAN_LIT("what do ya want for nothing?")),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "case 2");
	SAME_STR(mac_hex((struct span){a, 20}, (struct span){text, 50}),
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe", "case 3");
	SAME_STR(mac_hex((struct span){a, 131},
		     SPAN_LIT("Test Using Larger Than Block-Size Key - Hash Key First")),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	    "case 6: a key longer than a block");
	SAME_STR(mac_hex((struct span){NULL, 0}, (struct span){NULL, 0}),
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", "nothing at all");
}

/* printf v4-mail/1 | openssl dgst -sha256 -hmac laboratory -binary | base32 | tr A-Z a-z | cut -c
 * -26
 */
static void
test_token(void)
{
	char token[PROBE_TOKEN_LEN + 1], other[PROBE_TOKEN_LEN + 1];
	unsigned foreign = 0, equal = 0;

	token_make(SPAN_LIT("laboratory"), SPAN_LIT("v4-mail"), 1, token);
	SAME_STR(token, "dy7xoakzsd6jrgcrzfllrerqkt", "as openssl and base32 make it");
	for (uint64_t i = 0; i < 500; i++) {
		token_make(SPAN_LIT("s"), SPAN_LIT("v4-mail.v6only"), i, other);
		equal += !strcmp(other, token);
		memcpy(token, other, sizeof token);
		foreign += strspn(other, "abcdefghijklmnopqrstuvwxyz234567") != PROBE_TOKEN_LEN ||
			   other[PROBE_TOKEN_LEN];
	}
	SAME_INT(foreign, 0, "26 characters of a-z and 2-7");
	SAME_INT(equal, 0, "no two are equal");
}

int
main(void)
{
	test_hmac();
	test_token();
	return tap_end();
}
