/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/idn.h"

#include <idn2.h>

#include "base/utf8.h"

enum { TEXT_MAX = 4 * IDN_MAX }; /* octets of UTF-8 that can become so long a name */

bool
idn_to_ascii(struct span s, char out[IDN_MAX + 1])
{
	char text[TEXT_MAX + 1], *ascii = NULL;
	size_t n;
	bool fits;

	if (s.n > TEXT_MAX || span_find(s, '\0') < s.n || !utf8_valid(s))
		return false;
	memcpy(text, s.n ? s.p : "", s.n);
	text[s.n] = '\0';
	if (idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return false;
	n = strlen(ascii);
	fits = n <= IDN_MAX;
	if (fits)
		memcpy(out, ascii, n + 1);
	idn2_free(ascii);
	return fits;
}
