/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logline - one line of a mail log, cut into what the logger put in front and what the program
 *said.
 *
 * The form is found line by line, since a log changes its form at an upgrade:
 *
 *	STAMP HOST TAG[PID]: TEXT	syslog files, postlogd, journalctl -o short and its kin
 *(stamp.h) STAMP <mail.info> HOST ...	FreeBSD;  <22>STAMP ...  a priority left in front
 *	... TAG[PID]: [ID 197553 mail.info] TEXT	Solaris
 *	<22>1 STAMP HOST TAG PID MSGID [DATA] TEXT	RFC 5424
 *	{"log":"LINE\n","time":"STAMP"}	Docker;  STAMP stdout F LINE  Kubernetes: a line of the
 *above within, whose stamp, lacking year and zone, gives way to the outer one
 *	{"MESSAGE":"TEXT", ...}	journalctl -o json, with MESSAGE as an array of numbers where it is
 *not UTF-8
 *
 * Only the place of the stamp is found here: nine lines of ten of a verbose log are noise, and are
 *thrown away before anybody wants to know their time. */
#ifndef EMT_LOGLINE_H
#define EMT_LOGLINE_H

#include <stdint.h>

#include "base/buf.h"

struct logline {
	struct span when; /* the stamp as it stands there: logtime_of reads it */
	struct span host; /* may be empty: a container's line without header */
	struct span tag;  /* postfix/smtpd */
	struct span text; /* what the program said, as it was logged */
	int64_t pid;      /* -1: none */
	bool tag_is_cut;  /* RFC 5424's APP-NAME ends before a '/': the daemon is not known */
};

/* Where the text of most lines starts: behind the first "]: ".  False: only logline_split can tell.
 * For throwing noise away; what is not noise is to be split. */
bool logline_guess_text(struct span line, struct span *text) __attribute__((warn_unused_result));

/* Cuts `line`, which has no newline.  False: this is no line of a log in any of these forms.  The
 * spans lie in `line`, or, for the JSON forms, in `scratch`, which is overwritten by the next line.
 */
bool logline_split(struct logline *l, struct span line, struct buf *scratch)
    __attribute__((warn_unused_result));

/* The last part of the tag: smtpd of postfix/submission/smtpd. */
struct span logline_daemon(const struct logline *l);

/* The first part of the tag: postfix of postfix/submission/smtpd, which names the Postfix instance.
 */
struct span logline_instance(struct span tag);

#endif
