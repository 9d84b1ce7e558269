/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays a fuzz target's corpus under plain `make check`: replay_fuzz_X reads
 * tests/fuzz/corpus/fuzz_X. */
#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span
read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *p = malloc(1 << 22);
	size_t n = f && p ? fread(p, 1, 1 << 22, f) : 0;

	if (f)
		fclose(f);
	return (struct span){p, n};
}

int
main(int argc, char **argv)
{
	const char *name = strstr(argv[0], "replay_");
	struct dirent **entries;
	char path[600];
	int n;

	if (argc > 1 || !name)
		return 64;
	name += strlen("replay_");
	snprintf(path, sizeof path, "tests/fuzz/corpus/%s", name);
	n = scandir(path, &entries, NULL, alphasort);
	OK(n > 2, "the corpus is not empty");
	for (int i = 0; i < n; i++) {
		struct span data;
		char *exact;

		if (entries[i]->d_name[0] != '.') {
			snprintf(
			    path, sizeof path, "tests/fuzz/corpus/%s/%s", name, entries[i]->d_name);
			data = read_file(path);
			/* In a block of just this size, so that a sanitizer sees the first octet
			 * too many. */
			exact = malloc(data.n ? data.n : 1);
			if (data.n)
				memcpy(exact, data.p, data.n);
			LLVMFuzzerTestOneInput((const uint8_t *)exact, data.n);
			OK(true, entries[i]->d_name);
			free(exact);
			free((void *)(uintptr_t)data.p);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return tap_end();
}
