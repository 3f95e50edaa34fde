# fwcompat: all, demo, check, check SAN=1, bench, fuzz, tidy, install. V=1 shows the commands.

VERSION = 0.1.0

PREFIX = /usr
SBINDIR = $(PREFIX)/sbin
MANDIR = $(PREFIX)/share/man
DESTDIR =
PKG_CONFIG = pkg-config
CC = cc
CFLAGS = -O2 -g
B = build

# Sources, a room a list, a file a line.
CORE = \
	core/cksum.c \
	core/text.c

ENGINE = \
	engine/helper.c \
	engine/host.c \
	engine/journal.c \
	engine/lists.c \
	engine/masq.c \
	engine/masq_fwd.c \
	engine/modules.c \
	engine/path.c \
	engine/pkt.c \
	engine/state.c \
	engine/table.c

LIBCOMPAT =

PROC_EMU =

GATEWAY =

IPCHAINS =

IPFWADM =

IPFW =

IPMASQADM =

FWCOMPAT =

# Programs, each with its own sources; all link the library.
LIB = $B/libfwcompat.a
LIB_SRC = $(CORE) $(ENGINE) $(PROC_EMU) $(LIBCOMPAT)
PROGRAMS =

ifdef SAN
B = build/san
SANFLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

OUR_CPPFLAGS = -I. -D_GNU_SOURCE -DFWCOMPAT_VERSION='"$(VERSION)"'
OUR_CFLAGS = -std=c11 -fno-common -fPIE -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wcast-align \
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Wredundant-decls \
	-Wnull-dereference -Wno-unknown-warning-option
ifneq ($(findstring clang,$(CC)),clang)
OUR_CFLAGS += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wcast-align=strict
endif
ifdef CI
OUR_CFLAGS += -Werror
endif
ifndef SAN
OUR_CPPFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
OUR_CFLAGS += -fstack-protector-strong
endif
OUR_LDFLAGS = -pie -Wl,-z,relro,-z,now
COMPILE = $(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS) $(SANFLAGS)
LINK = $(CC) $(OUR_LDFLAGS) $(SANFLAGS) $(LDFLAGS)
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

.PHONY: all clean
all: $(LIB) $(PROGRAMS)

$B/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_SRC:%.c=$B/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

clean:
	rm -rf build

-include $(shell find $B -name '*.d' 2>/dev/null)
