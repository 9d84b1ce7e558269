/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/framestream.h"

#include <fstrm.h>

#include "base/arena.h"
#include "io/lines.h"
#include "queryparse/dnstap.h"

static const fstrm_control_type types[] = {
    [CONTROL_READY] = FSTRM_CONTROL_READY,
    [CONTROL_ACCEPT] = FSTRM_CONTROL_ACCEPT,
    [CONTROL_START] = FSTRM_CONTROL_START,
    [CONTROL_STOP] = FSTRM_CONTROL_STOP,
    [CONTROL_FINISH] = FSTRM_CONTROL_FINISH,
};

static enum framestream_control
kind_of(const struct fstrm_control *c)
{
	fstrm_control_type type;

	if (fstrm_control_get_type(c, &type) != fstrm_res_success)
		return CONTROL_BAD;
	for (int i = CONTROL_READY; i <= CONTROL_FINISH; i++)
		if (types[i] == type)
			return (enum framestream_control)i;
	return CONTROL_BAD;
}

static bool
has_content(enum framestream_control control)
{
	return control == CONTROL_READY || control == CONTROL_ACCEPT || control == CONTROL_START;
}

enum framestream_control
framestream_read(struct span frame)
{
	struct fstrm_control *c;
	enum framestream_control control = CONTROL_BAD;

	if (!span_starts(frame, LINES_FRAMES_START) || lines_frame_size(NULL, frame) != frame.n)
		return CONTROL_BAD;
	c = must(fstrm_control_init());
	if (fstrm_control_decode(c, frame.p, frame.n, FSTRM_CONTROL_FLAG_WITH_HEADER) ==
	    fstrm_res_success)
		control = kind_of(c);
	if (has_content(control) &&
	    fstrm_control_match_field_content_type(c, (const uint8_t *)DNSTAP_CONTENT_TYPE,
		sizeof DNSTAP_CONTENT_TYPE - 1) != fstrm_res_success)
		control = CONTROL_BAD;
	fstrm_control_destroy(&c);
	return control;
}

void
framestream_put(struct buf *out, enum framestream_control control)
{
	struct fstrm_control *c = must(fstrm_control_init());
	uint8_t frame[FSTRM_CONTROL_FRAME_LENGTH_MAX + 8];
	size_t n = sizeof frame;

	if (fstrm_control_set_type(c, types[control]) != fstrm_res_success ||
	    (has_content(control) &&
		fstrm_control_add_field_content_type(c, (const uint8_t *)DNSTAP_CONTENT_TYPE,
		    sizeof DNSTAP_CONTENT_TYPE - 1) != fstrm_res_success) ||
	    fstrm_control_encode(c, frame, &n, FSTRM_CONTROL_FLAG_WITH_HEADER) != fstrm_res_success)
		out_of_memory(); /* nothing else can fail */
	fstrm_control_destroy(&c);
	buf_put(out, (struct span){(char *)frame, n});
}
