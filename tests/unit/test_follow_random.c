/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log is written and rotated by a schedule that a seed makes, and followed by runs at any moment,
 * of which any may be killed: each line is found exactly once in what was stored.
 *
 * With a seed as its argument it plays that schedule alone, with SEED N so many from it on.
 * Longer than 500 lines: half of it is the world, which has no other use.
 *
 * The writer: whole and half lines, into the renamed file until it hears of it.  Rotation, step by
 * step: numbers from 0 or 1, or dates; renamed, or copied and truncated; compressed at once, later
 * or never.  What is told of a line is what stands in the files, and nothing else is modelled: the
 * follower is not a part of its own test. */
#include "tests/tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "io/follow.h"
#include "tests/pack.h"

enum {
	NAME_ROOM = 40,
	LINES_N = 400, /* at most, of a schedule */
	PARTS_N = 40,
	STEPS_N = 150,
	KEPT_N = 5, /* parts that are kept, if they have been read */
	NOW = 2000000000,
};

/* A line is "RANDOM NUMBER FILLING", so no two parts begin with the same octets. */
struct text_line {
	char *text; /* as it stands in a file, or will when it is whole */
	size_t n;
	size_t part;
	bool is_over;   /* it was ended, or given up half way */
	bool is_stored; /* a run that was not killed has given it */
	bool is_given;  /* the present run has, since its place was last stored */
};

struct world_part {
	char name[NAME_ROOM];    /* the plain file; empty: there is none any more */
	char packed[NAME_ROOM];  /* the packed one; empty: none yet */
	bool is_half;            /* it is being written */
	bool had_lines;          /* when it was renamed */
	bool is_given_up;        /* ends in half a line */
	const struct packer *by; /* that made `packed` */
};

static struct world {
	uint64_t seed;
	struct rng rng;
	struct text_line lines[LINES_N];
	size_t lines_n;
	size_t half; /* the line that is half written, or lines_n */
	size_t half_n;
	struct world_part parts[PARTS_N]; /* the last one is the log, once it is there */
	size_t parts_n, removed_n;
	bool has_log;
	size_t target; /* the part that the writer has open */
	int step;      /* of a rotation; 0: none is under way */
	size_t shifting;

	/* What a seed chooses once. */
	int first_number; /* -1: dates */
	int copies_of_8;  /* so many of 8 rotations copy and truncate */
	int packs;        /* 0: never, 1: at once, 2: the last but one, 3: at any time */
	bool two_writers; /* one of which is late */
	size_t filling_max;

	struct follow_place place;
	size_t last_part; /* of the last line that was stored */
	const char *error;
} w;

static size_t
below(size_t n)
{
	return (size_t)rng_below(&w.rng, n);
}

static void
must_be(bool done)
{
	if (!done) {
		perror("test");
		abort();
	}
}

static void
put(const char *file, int how, struct span text)
{
	int fd = open(file, O_WRONLY | O_CREAT | how, 0600);

	must_be(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	close(fd);
}

static void
append(const char *file, struct span text)
{
	put(file, O_APPEND, text);
}

static struct span
read_file(const char *file)
{
	static char *text;
	enum { ROOM = 1 << 24 };
	int fd = open(file, O_RDONLY);
	ssize_t n;

	if (!text)
		text = malloc(ROOM);
	n = read(fd, text, ROOM);
	must_be(n >= 0);
	close(fd);
	return (struct span){text, (size_t)n};
}

/* The first part of what the file holds, in another one. */
static void
copy(const char *from, const char *to, size_t per_cent)
{
	struct span text = read_file(from);

	put(to, O_TRUNC, (struct span){text.p, text.n * per_cent / 100});
}

/* The log's writer. */

static size_t
new_line(size_t part)
{
	struct text_line *l = &w.lines[w.lines_n];
	size_t filling = 10 + below(w.filling_max);

	l->text = malloc(filling + 40);
	l->n = (size_t)snprintf(l->text, 40, "%08x %zu ", (unsigned)rng_u64(&w.rng), w.lines_n);
	memset(l->text + l->n, 'x', filling);
	l->n += filling;
	l->text[l->n++] = '\n';
	l->part = part;
	return w.lines_n++;
}

static void
write_line(size_t part)
{
	struct text_line *l = &w.lines[new_line(part)];

	append(w.parts[part].name, (struct span){l->text, l->n});
	l->is_over = true;
	l->n--; /* it is given without its newline */
}

static void
end_half_line(void)
{
	struct text_line *l = &w.lines[w.half];

	if (w.half == LINES_N)
		return;
	append(w.parts[l->part].name, span_from((struct span){l->text, l->n}, w.half_n));
	l->is_over = true;
	l->n--;
	w.half = LINES_N;
}

/* Its end is never written. */
static void
give_up_half_line(void)
{
	struct text_line *l = &w.lines[w.half];

	if (w.half == LINES_N)
		return;
	l->is_over = true;
	l->n = w.half_n;
	w.parts[l->part].is_given_up = true;
	w.half = LINES_N;
}

static void
write_something(void)
{
	if (w.lines_n + 3 >= LINES_N)
		return;
	if (w.half != LINES_N) {
		end_half_line();
		return;
	}
	for (size_t n = below(4); n--;)
		if (w.lines_n + 3 < LINES_N)
			write_line(w.target);
	if (below(4) == 0) {
		w.half = new_line(w.target);
		w.half_n = w.lines[w.half].n - 1 - below(w.lines[w.half].n / 4);
		append(w.parts[w.target].name, (struct span){w.lines[w.half].text, w.half_n});
	}
}

/* One who has not yet heard of the rotation, while others have. */
static void
write_late(void)
{
	struct world_part *late;

	if (!w.two_writers || w.parts_n < 2 || w.target != w.parts_n - 1 ||
	    w.lines_n + 3 >= LINES_N)
		return;
	late = &w.parts[w.parts_n - 2];
	if (late->name[0] && !late->packed[0] && late->had_lines && !late->is_given_up)
		write_line(w.parts_n - 2);
}

/* The writer opens the log again: it has said all that it had to say to the old one. */
static void
reopen(void)
{
	if (w.target == w.parts_n - 1 || !w.has_log)
		return;
	if (below(3))
		end_half_line();
	else
		give_up_half_line();
	w.target = w.parts_n - 1;
}

/* Rotation. */

/* What part `i` is called when `age` rotations are over. */
static void
name_part(size_t i, size_t age, const struct packer *by, char name[NAME_ROOM])
{
	const char *suffix = by ? by->suffix : "";

	if (w.first_number < 0)
		snprintf(name, NAME_ROOM, "log-2026%04zu%s", i, suffix);
	else
		snprintf(name, NAME_ROOM, "log.%zu%s", age - 1 + (size_t)w.first_number, suffix);
}

static void
new_log(void)
{
	w.parts[w.parts_n] = (struct world_part){.name = "log"};
	append("log", (struct span){NULL, 0});
	w.has_log = true;
	w.parts_n++;
}

static void
pack_step(size_t i)
{
	struct world_part *p = &w.parts[i];
	struct buf octets;
	struct stat s;

	if (p->packed[0] && !p->is_half) {
		must_be(unlink(p->name) == 0);
		p->name[0] = '\0';
		return;
	}
	must_be(stat(p->name, &s) == 0);
	if (!p->packed[0])
		p->by = &packers[below(3)];
	name_part(i, w.parts_n - 1 - i, p->by, p->packed);
	buf_init(&octets, 1 << 24);
	p->by->pack(&octets, read_file(p->name));
	p->is_half = !p->is_half && below(2);
	put(p->packed, O_TRUNC, (struct span){octets.p, p->is_half ? below(octets.n) : octets.n});
	buf_free(&octets);
	if (!p->is_half) {
		struct timespec times[2] = {s.st_mtim, s.st_mtim};

		if (p->by == &packers[1])
			times[1].tv_nsec = 0; /* as bzip2(1) does */
		must_be(utimensat(AT_FDCWD, p->packed, times, 0) == 0);
	}
}

static bool
may_pack(size_t i)
{
	size_t age = w.parts_n - 1 - i;

	if (!w.parts[i].name[0] || !age || w.target == i || w.step)
		return false;
	return w.packs == 1 || (w.packs == 2 && age > 1) || (w.packs == 3 && below(8) == 0);
}

static void
pack_something(void)
{
	for (size_t i = w.removed_n; i < w.parts_n; i++)
		if (may_pack(i)) {
			pack_step(i);
			return;
		}
}

static bool
is_packing(void)
{
	for (size_t i = w.removed_n; i < w.parts_n; i++)
		if (w.parts[i].name[0] && w.parts[i].packed[0])
			return true;
	return false;
}

/* A part's file gets the name of one that is a rotation older. */
static void
shift(size_t i)
{
	struct world_part *p = &w.parts[i];
	char *now = p->packed[0] ? p->packed : p->name, name[NAME_ROOM];

	name_part(i, w.parts_n - i, p->packed[0] ? p->by : NULL, name);
	must_be(rename(now, name) == 0);
	memcpy(now, name, NAME_ROOM);
}

enum { STEP_SHIFT = 1, STEP_RENAME, STEP_CREATE, STEP_COPY, STEP_COPY_MORE, STEP_TRUNCATE };

static void
rename_log(void)
{
	struct world_part *log = &w.parts[w.parts_n - 1];
	struct stat s;

	if (w.two_writers)
		end_half_line();
	must_be(stat("log", &s) == 0);
	log->had_lines = s.st_size > 0;
	name_part(w.parts_n - 1, 1, NULL, log->name);
	must_be(rename("log", log->name) == 0);
	w.has_log = false;
}

static void
copy_log(size_t per_cent)
{
	char name[NAME_ROOM];

	name_part(w.parts_n - 1, 1, NULL, name);
	copy("log", name, per_cent);
}

/* The copy is the part now, the log a new one. */
static void
truncate_log(void)
{
	struct world_part *part = &w.parts[w.parts_n - 1];

	give_up_half_line();
	name_part(w.parts_n - 1, 1, NULL, part->name);
	w.parts[w.parts_n] = (struct world_part){.name = "log"};
	must_be(truncate("log", 0) == 0);
	w.parts_n++;
	w.target = w.parts_n - 1;
}

static void
rotate_step(void)
{
	switch (w.step) {
	case 0:
		if (w.target != w.parts_n - 1 || w.parts_n + 2 >= PARTS_N || is_packing() ||
		    below(3))
			return;
		w.shifting = w.first_number < 0 ? w.parts_n - 1 : w.removed_n;
		w.step = STEP_SHIFT;
		return;
	case STEP_SHIFT:
		if (w.shifting < w.parts_n - 1)
			shift(w.shifting++);
		else
			w.step = below(8) < (size_t)w.copies_of_8 ? STEP_COPY : STEP_RENAME;
		return;
	case STEP_RENAME:
		rename_log();
		w.step = STEP_CREATE;
		return;
	case STEP_CREATE:
		new_log();
		w.step = 0;
		return;
	case STEP_COPY:
		copy_log(below(101));
		w.step = STEP_COPY_MORE;
		return;
	case STEP_COPY_MORE:
		copy_log(100);
		w.step = STEP_TRUNCATE;
		return;
	case STEP_TRUNCATE:
		truncate_log();
		w.step = 0;
		return;
	}
}

/* The oldest part goes, when all of it has been read, and more. */
static void
remove_something(void)
{
	struct world_part *p = &w.parts[w.removed_n];

	if (w.parts_n - w.removed_n <= KEPT_N || w.last_part < w.removed_n + 2 || w.step ||
	    is_packing())
		return;
	must_be(unlink(p->name[0] ? p->name : p->packed) == 0);
	w.removed_n++;
}

static void
world_step(void)
{
	switch (below(8)) {
	case 0:
	case 1:
	case 2:
		/* What is written between copy and truncation is lost, and nobody can help it. */
		if (w.step != STEP_TRUNCATE)
			write_something();
		break;
	case 3: write_late(); break;
	case 4: reopen(); break;
	case 5: remove_something(); break;
	case 6: pack_something(); break;
	default:
		do
			rotate_step();
		while (w.step && below(3));
	}
}

static void
world_steps(size_t n)
{
	while (n--)
		world_step();
}

/* The follower. */

static bool
wrong(const char *what)
{
	if (!w.error)
		w.error = what;
	return false;
}

static bool
take(struct span line)
{
	unsigned long number = line.n > 9 ? strtoul(line.p + 9, NULL, 10) : LINES_N;
	struct text_line *l = &w.lines[number];

	if (number >= w.lines_n)
		return wrong("a line that nobody wrote");
	if (!l->is_over || !span_eq(line, (struct span){l->text, l->n}))
		return wrong("a line that is not as it was written");
	if (l->is_given || l->is_stored)
		return wrong("a line twice");
	l->is_given = true;
	return true;
}

static void
store(struct follow *f)
{
	struct buf text;

	buf_init(&text, FOLLOW_PLACE_TEXT_MAX);
	follow_place_put(&text, follow_place(f));
	if (!follow_place_parse(buf_span(&text), &w.place) ||
	    !follow_place_same(&w.place, follow_place(f)))
		wrong("a place that cannot be stored");
	buf_free(&text);
	for (size_t i = 0; i < w.lines_n; i++)
		if (w.lines[i].is_given) {
			w.lines[i].is_given = false;
			w.lines[i].is_stored = true;
			if (w.lines[i].part > w.last_part)
				w.last_part = w.lines[i].part;
		}
}

static void
forget(void)
{
	for (size_t i = 0; i < w.lines_n; i++)
		w.lines[i].is_given = false;
}

/* At most `max` lines; false: nothing could be read, for the log was just being rotated. */
static bool
run(size_t max, bool is_disturbed)
{
	struct follow *f = follow_open("log");
	enum follow_st st = FOLLOW_LINE;
	enum follow_start start;
	struct span line;

	if (!f)
		return wrong("the log cannot be opened");
	if (is_disturbed)
		world_steps(below(3));
	start = follow_start(f, &w.place, NOW);
	if (start == FOLLOW_LOST || start == FOLLOW_START_ERROR)
		wrong("the place is not found");
	while (!w.error && max-- && (st = follow_line(f, &line)) == FOLLOW_LINE && take(line)) {
		if (is_disturbed && below(6) == 0)
			world_steps(below(4));
		if (below(16) == 0)
			store(f);
	}
	if (st != FOLLOW_LINE && st != FOLLOW_END)
		wrong("a gap where there is none");
	if (!is_disturbed || below(3))
		store(f);
	forget();
	follow_close(f);
	return start != FOLLOW_LATER;
}

/* All that was written is there. */
static void
finish(void)
{
	while (w.step)
		rotate_step();
	reopen();
	end_half_line();
	write_line(w.target);
	if (!w.error && !run(SIZE_MAX, false))
		wrong("a rotation where there is none");
	for (size_t i = 0; i < w.lines_n; i++)
		if (!w.lines[i].is_stored)
			wrong("a line is lost");
	if (!w.error && run(SIZE_MAX, false))
		return;
}

static void
empty_folder(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;

	must_be(dir != NULL);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			must_be(unlink(entry->d_name) == 0);
	closedir(dir);
}

static void
schedule(uint64_t seed)
{
	static const int first_numbers[] = {0, 1, 1, -1};

	w = (struct world){.seed = seed, .half = LINES_N};
	w.rng = rng_seeded(&w.seed);
	w.first_number = first_numbers[below(4)];
	w.copies_of_8 = (int[]){0, 0, 8, 4}[below(4)];
	w.packs = (int)below(4);
	w.two_writers = below(3) == 0;
	w.filling_max = below(20) ? (size_t[]){10, 100, 700}[below(3)] : 30000;
	new_log();
	w.target = 0;
	/* What was written before the first run is not all of it asked for. */
	run(0, false);
	for (size_t i = 0; i < STEPS_N && !w.error; i++) {
		world_step();
		if (below(4) == 0)
			run(below(2) ? SIZE_MAX : below(12), true);
	}
	finish();
	empty_folder();
	for (size_t i = 0; i < w.lines_n; i++)
		free(w.lines[i].text);
}

int
main(int argc, char **argv)
{
	char folder[] = "test_follow_random.XXXXXX";
	const char *parent = getenv("TMPDIR");
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? 1 : 600;
	uint64_t lines = 0, rotations = 0;

	if (getenv("EMT_SOAK") && argc == 1)
		n = 20000;
	must_be(chdir(parent ? parent : P_tmpdir) == 0 && mkdtemp(folder) && chdir(folder) == 0);
	for (uint64_t seed = first; seed < first + n; seed++) {
		schedule(seed);
		lines += w.lines_n;
		rotations += w.parts_n - 1;
		if (w.error) {
			printf("# seed %llu: %s\n", (unsigned long long)seed, w.error);
			break;
		}
	}
	printf("# %llu schedules, %llu lines, %llu rotations\n", (unsigned long long)n,
	    (unsigned long long)lines, (unsigned long long)rotations);
	OK(!w.error, "each line once, whatever happened to the log");
	OK(rotations > n, "and it was rotated");
	must_be(chdir("..") == 0 && rmdir(folder) == 0);
	return tap_end();
}
