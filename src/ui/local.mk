# SPDX-License-Identifier: MIT
bin_PROGRAMS += gfn-dist
# All of the program but main(), which tests and a fuzz target link too.
PROGRAM_PARTS = \
	src/ui/bash_completion.c \
	src/ui/before_libraries.c \
	src/ui/check_settings.c \
	src/ui/cli.h \
	src/ui/command_check.c \
	src/ui/command_checkpoint.c \
	src/ui/command_line.c \
	src/ui/command_list.c \
	src/ui/command_picture.c \
	src/ui/command_sweep.c \
	src/ui/command_train.c \
	src/ui/commands.c \
	src/ui/crash.c \
	src/ui/documents.c \
	src/ui/heat_map.c \
	src/ui/help.c \
	src/ui/help_layout.c \
	src/ui/help_texts.c \
	src/ui/live_line.c \
	src/ui/man_page.c \
	src/ui/option_rows.c \
	src/ui/option_values.c \
	src/ui/program.c \
	src/ui/program_options.c \
	src/ui/report.c \
	src/ui/request.c \
	src/ui/stop.c \
	src/ui/terminal.c \
	src/ui/train_run.c
gfn_dist_SOURCES = $(PROGRAM_PARTS) src/ui/main.c
gfn_dist_CFLAGS = $(AM_CFLAGS) $(GFN_PIE_CFLAGS)
# Plug-ins find the library in the program, whether or not they were linked with it.
gfn_dist_LDFLAGS = $(AM_LDFLAGS) $(GFN_PIE_LDFLAGS) -static -export-dynamic
gfn_dist_LDADD = libgfn.la

# The documents: they are installed, and the program contains them as arrays of their lines. The
# name of a document is its topic, and the name of its array.
DOCUMENTS = \
	src/doc/running.md \
	src/doc/methods.md \
	src/doc/environments.md \
	src/doc/python.md \
	src/doc/clusters.md \
	src/doc/installing.md \
	src/doc/troubleshooting.md \
	src/doc/results.md \
	src/doc/library.md \
	src/doc/design.md \
	src/doc/changes.md
dist_doc_DATA = $(DOCUMENTS)
BUILT_SOURCES += src/ui/documents.inc
CLEANFILES += src/ui/documents.inc src/ui/documents.inc.part
src/ui/documents.inc: $(DOCUMENTS)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && { \
	for file in $(DOCUMENTS); do \
	  echo "static const char *const `basename $$file .md`[] = {" && \
	  LC_ALL=C sed 's/[\\"]/\\&/g;s/.*/    "&",/' $(srcdir)/$$file && \
	  echo "    NULL};" || exit; \
	done; \
	echo "const cli_document cli_documents[] = {"; \
	for file in $(DOCUMENTS); do \
	  topic=`basename $$file .md`; \
	  echo "    {\"$$topic\", $$topic},"; \
	done; \
	echo "    {NULL, NULL}};"; } >$@.part && mv -f $@.part $@
src/ui/documents.$(OBJEXT) src/ui/gfn_dist-documents.$(OBJEXT): src/ui/documents.inc

# Links of README.md as they are where all documents lie in one folder.
doc_DATA = src/doc/README.md
CLEANFILES += src/doc/README.md
EXTRA_DIST += README.md
src/doc/README.md: README.md
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed 's|](src/doc/|](|g' $(srcdir)/README.md >$@.part && mv -f $@.part $@
