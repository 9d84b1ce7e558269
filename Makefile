# SPDX-License-Identifier: GPL-3.0-or-later
# GNU make: make, make check, make soak, make bench, make fuzz, make install, make clean.  V=1 shows the commands,
# SAN=address,undefined builds with sanitizers in a folder of its own.
PREFIX  ?= /usr/local
DESTDIR ?=
SAN     ?=
OBJ     ?= obj$(if $(SAN),/san)

CC      ?= cc
OPT     ?= -O2 -g
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Wlogical-op \
	   -Wduplicated-cond -Wpointer-arith -Wwrite-strings -Werror
HARDEN  := -fstack-protector-strong \
	   $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=2)
COMPILE := -std=c11 -D_GNU_SOURCE -Ilib -I. $(WARN) $(OPT) $(HARDEN) $(CFLAGS) -MMD -MP
LINK    := $(OPT) $(HARDEN) -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
LIBS    := -lunbound -lldns -lcares -lpsl -lidn2 -levent -lpcre2-8 -ljansson -lmaxminddb -lfstrm -lsqlite3 -lcurl -lz -lbz2 -lzstd -lssl -lcrypto -lm

# A program FOLDER/emt-NAME is FOLDER/NAME_main.c, the modules (every other .c) and lib/.
PROGRAMS := delivery/emt-deliver delivery/emt-enrich sessionparse/emt-sessions site/emt-site mxinfer/emt-mxinfer mxinfer/emt-mxscan queryparse/emt-queries probe/emt-probe report/emt-report
TOOLS    := lab/emt-fill
# Laid over hosts of the laboratory by lab/break; and a program that asks the C library for the time.
FAULTS   := lab/lost_ack.so lab/emt-deliver
# What emt-site makes a site of; all files of these folders are installed below share/emt.
SHARED   := zones postfix-conf cron testcases tables pages
# Started for every mail, and not allowed to fail because a shared library is being upgraded.
STATIC   := delivery/emt-deliver

LIB_C   := $(wildcard lib/*/*.c)
PART_C  := $(filter-out %_main.c,$(wildcard $(addsuffix *.c,$(sort $(dir $(PROGRAMS) $(TOOLS)) mxinfer/scan/ probe/ report/))))
UNIT    := $(patsubst %.c,$(OBJ)/%,$(wildcard tests/unit/test_*.c))
FUZZ    := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAY  := $(FUZZ:%=$(OBJ)/tests/fuzz/replay_%)
HELPERS := $(patsubst %.c,$(OBJ)/%,$(wildcard tests/tools/*.c))
ARCHIVES := $(OBJ)/parts.a $(OBJ)/libemt.a
BINS    := $(PROGRAMS:%=$(OBJ)/%) $(TOOLS:%=$(OBJ)/%)
MAN     := $(wildcard */emt-*.[158])

Q = $(if $(V),,@$(if $(1),echo "  $(1)";))

all: $(BINS) $(FAULTS:%=$(OBJ)/%)

$(OBJ)/%.o: %.c Makefile
	$(call Q,CC $<)mkdir -p $(@D) && $(CC) $(COMPILE) -c -o $@ $<

$(OBJ)/libemt.a: $(LIB_C:%.c=$(OBJ)/%.o)
	$(call Q,AR $@)rm -f $@ && $(AR) rcs $@ $^

$(OBJ)/parts.a: $(PART_C:%.c=$(OBJ)/%.o)
	$(call Q,AR $@)rm -f $@ && $(AR) rcs $@ $^

define PROGRAM
$(OBJ)/$(1): $(OBJ)/$(dir $(1))$(patsubst emt-%,%,$(notdir $(1)))_main.o $(ARCHIVES)
	$$(call Q,LD $$@)$(CC) $(LINK) $(if $(SAN),,$(if $(filter $(1),$(STATIC)),-static)) -o $$@ $$^ $(LIBS)
endef
$(foreach p,$(PROGRAMS) $(TOOLS),$(eval $(call PROGRAM,$(p))))

$(OBJ)/lab/%.so: lab/preload/%.c Makefile
	$(call Q,LD $@)mkdir -p $(@D) && $(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(OPT) -fPIC -shared -o $@ $<

$(OBJ)/lab/emt-deliver: $(OBJ)/delivery/deliver_main.o $(ARCHIVES)
	$(call Q,LD $@)mkdir -p $(@D) && $(CC) $(LINK) -o $@ $^ $(LIBS)

$(UNIT) $(HELPERS): $(OBJ)/%: $(OBJ)/%.o $(ARCHIVES)
	$(call Q,LD $@)$(CC) $(LINK) -o $@ $^ $(LIBS) -lpthread

$(REPLAY): $(OBJ)/tests/fuzz/replay_%: $(OBJ)/tests/fuzz/%.o $(OBJ)/tests/fuzz/replay.o $(ARCHIVES)
	$(call Q,LD $@)$(CC) $(LINK) -o $@ $^ $(LIBS)

# TESTS="tests/lab/*.t" limits a run; EMT_SOAK=1 is what `make soak` adds.
check: all $(UNIT) $(REPLAY) $(HELPERS)
	@OBJ=$(abspath $(OBJ)) SAN=$(SAN) tests/run $(if $(TESTS),$(wildcard $(TESTS)),$(UNIT) $(REPLAY) $(wildcard tests/*/*.t))

soak: export EMT_SOAK = 1
soak: export TEST_TIMEOUT = 14400
soak: check

bench: all $(HELPERS)
	@OBJ=$(abspath $(OBJ)) tests/bench/run

# Coverage-guided fuzzing of one target: make fuzz TARGET=fuzz_session SECONDS=60
fuzz:
	$(MAKE) OBJ=$(OBJ)/fuzz CC=clang-14 WARN= OPT="-g -O1" HARDEN=-fsanitize=fuzzer-no-link,address,undefined \
	    $(OBJ)/fuzz/$(TARGET)
	mkdir -p $(OBJ)/corpus/$(TARGET)
	$(OBJ)/fuzz/$(TARGET) -max_total_time=$(or $(SECONDS),60) $(OBJ)/corpus/$(TARGET) tests/fuzz/corpus/$(TARGET)

$(OBJ)/fuzz_%: $(OBJ)/tests/fuzz/fuzz_%.o $(ARCHIVES)
	$(call Q,LD $@)$(CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)

install: all
	mkdir -p $(addprefix $(DESTDIR)$(PREFIX)/,bin share/emt/schema $(addprefix share/emt/,$(SHARED)))
	install -m 755 $(PROGRAMS:%=$(OBJ)/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 schema/*.json schema/*.sql $(DESTDIR)$(PREFIX)/share/emt/schema
	for folder in $(SHARED); do \
	    install -m 644 $$folder/* $(DESTDIR)$(PREFIX)/share/emt/$$folder || exit 1; done
	for page in $(MAN); do \
	    to=$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}; mkdir -p $$to; \
	    sed 's,/usr/local,$(PREFIX),g' $$page >$$to/$${page##*/} && chmod 644 $$to/$${page##*/} || exit 1; done

clean:
	rm -rf obj

.PHONY: all check soak bench fuzz install clean
.SECONDARY:
-include $(patsubst %.c,$(OBJ)/%.d,$(LIB_C) $(PART_C) $(wildcard */*_main.c tests/*/*.c))
