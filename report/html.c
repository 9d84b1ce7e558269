/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/html.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/sha256.h"
#include "base/utf8.h"

enum { NAME_KEPT = 60, HASH_SHOWN = 12 };

/* Controls (but for the line feed and the tabulator), and the marks of Unicode that turn the
 * direction of text around (UAX #9): a stranger's would turn ours. */
static bool
is_shown(unsigned code)
{
	if (code < 0x20)
		return code == '\n' || code == '\t';
	return !utf8_acts(code) && code != 0xfffe && code != 0xffff;
}

/* Octets in front that are shown as they are: most text is nothing else. */
static size_t
plain(struct span s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= ' ' && s.p[n] <= '~' && s.p[n] != '&' && s.p[n] != '<' &&
	       s.p[n] != '>' && s.p[n] != '"' && s.p[n] != '\'')
		n++;
	return n;
}

void
html_text(struct buf *out, struct span s)
{
	while (s.n) {
		unsigned code = 0;
		size_t n = plain(s);

		buf_put(out, (struct span){s.p, n});
		s = span_from(s, n);
		if (!s.n)
			break;
		n = utf8_sequence(s, &code);
		if (!n || !is_shown(code))
			buf_puts(out, "\xef\xbf\xbd");
		else if (code == '&')
			buf_puts(out, "&amp;");
		else if (code == '<')
			buf_puts(out, "&lt;");
		else if (code == '>')
			buf_puts(out, "&gt;");
		else if (code == '"')
			buf_puts(out, "&quot;");
		else if (code == '\'')
			buf_puts(out, "&#39;");
		else
			buf_put(out, (struct span){s.p, n});
		n = n ? n : 1;
		s.p += n;
		s.n -= n;
	}
}

void
html_puts(struct buf *out, const char *s)
{
	if (s)
		html_text(out, span_str(s));
}

/* One conversion of the format; returns what stands behind it. */
static const char *
convert(struct buf *out, const char *p, va_list *args)
{
	if (*p == '%') {
		buf_putc(out, '%');
		return p + 1;
	}
	if (*p == 's') {
		html_puts(out, va_arg(*args, const char *));
		return p + 1;
	}
	if (*p == 'd') {
		buf_printf(out, "%d", va_arg(*args, int));
		return p + 1;
	}
	if (!strncmp(p, "zu", 2)) {
		buf_printf(out, "%zu", va_arg(*args, size_t));
		return p + 2;
	}
	if (!strncmp(p, "lld", 3)) {
		buf_printf(out, "%lld", va_arg(*args, long long));
		return p + 3;
	}
	if (!strncmp(p, ".*f", 3)) {
		int digits = va_arg(*args, int);

		buf_printf(out, "%.*f", digits, va_arg(*args, double));
		return p + 3;
	}
	abort(); /* a format of ours that this knows nothing of */
}

void
html_printf(struct buf *out, const char *format, ...)
{
	va_list args;
	const char *p = format;

	va_start(args, format);
	while (*p) {
		size_t n = strcspn(p, "%");

		buf_put(out, (struct span){p, n});
		p += n;
		if (*p)
			p = convert(out, p + 1, &args);
	}
	va_end(args);
}

const char *
html_name(struct arena *a, const char *text)
{
	char kept[NAME_KEPT + 1], hex[SHA256_HEX_LEN + 1];
	bool changed = false;
	size_t n = 0;

	for (const char *p = text; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
			     ((*p == '.' || *p == '-') && n > 0);

		if (!plain || n == NAME_KEPT)
			changed = true;
		else
			kept[n++] = *p;
	}
	kept[n] = '\0';
	if (!changed && n)
		return arena_dup(a, span_str(kept));
	sha256_hex_of(span_str(text), hex);
	return arena_printf(a, "%s%s%.*s", kept, n ? "-" : "", HASH_SHOWN, hex);
}
