/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html - text and attributes of HTML (HTML 5.2, section 8), with nothing of a stranger's getting
 * out of its place.
 *
 * html_text is for what stands between tags and inside quoted attributes alike: & < > " ' are
 * references, controls and octets that are no UTF-8 are shown as U+FFFD, and marks that turn the
 * direction of text around are isolated by the tags around, never passed on.  Where a line wraps in
 * a source is no matter of this module. */
#ifndef EMT_REPORT_HTML_H
#define EMT_REPORT_HTML_H

#include "base/arena.h"
#include "base/buf.h"

void html_text(struct buf *out, struct span s);
void html_puts(struct buf *out, const char *s); /* the same; NULL: nothing */

/* As html_printf("<a href=\"%s\">%s</a>", url, name): each %s is escaped, %d, %zu, %lld and %.*f
 * are numbers, %% is a per cent sign, the rest of the format is ours. */
void html_printf(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A name for a file and a fragment: of a stranger's text, letters, digits, dots and hyphens stay,
 * and a hash tells apart what is cut or changed. */
const char *html_name(struct arena *a, const char *text);

#endif
