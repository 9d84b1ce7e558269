/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/tappast.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "io/lines.h"
#include "queryparse/dnstap.h"
#include "queryparse/framestream.h"

void
tappast_read(int fd, struct tappast *past)
{
	struct lines l;
	struct span frame;
	struct query q;

	*past = (struct tappast){.last_us = TIME_UNKNOWN};
	lines_init_plain(&l, fd, 0);
	l.size_of = lines_frame_size;
	while (!past->is_stopped && lines_next(&l, &frame) == LINES_LINE) {
		bool is_control = span_starts(frame, LINES_FRAMES_START);
		enum framestream_control control =
		    is_control ? framestream_read(frame) : CONTROL_BAD;

		if (lines_frame_size(NULL, frame) != frame.n ||
		    (past->size == 0) != (control == CONTROL_START) ||
		    (past->size && is_control && control != CONTROL_STOP))
			break;
		past->is_stopped = control == CONTROL_STOP;
		past->size = (int64_t)l.offset;
		if (dnstap_read(frame, &q) == DNSTAP_QUERY)
			past->last_us = q.time_us;
	}
	lines_free(&l);
}

int64_t
tappast_aside_us(int dir_fd)
{
	int64_t last_us = TIME_UNKNOWN;
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	struct stat st;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (entry = readdir(dir)) != NULL)
		if (span_starts(span_str(entry->d_name), SPAN_LIT(COLLECT_FILE "-")) &&
		    fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_size && tappast_changed_us(&st) > last_us)
			last_us = tappast_changed_us(&st);
	if (dir)
		closedir(dir);
	return last_us;
}
