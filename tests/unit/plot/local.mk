# SPDX-License-Identifier: MIT
PLOT_TESTS = \
	tests/unit/plot/text \
	tests/unit/plot/viridis
if HAVE_CAIRO
PLOT_TESTS += \
	tests/unit/plot/axis \
	tests/unit/plot/layout \
	tests/unit/plot/page \
	tests/unit/plot/picture
endif
check_PROGRAMS += $(PLOT_TESTS)
UNIT_TESTS += $(PLOT_TESTS)
tests_unit_plot_axis_SOURCES = tests/unit/plot/axis.c
tests_unit_plot_axis_LDADD = $(LINK_plot) $(CMOCKA_LIBS)
tests_unit_plot_layout_SOURCES = tests/unit/plot/layout.c tests/unit/io/scratch.h
tests_unit_plot_layout_LDADD = $(LINK_plot) $(CMOCKA_LIBS)
tests_unit_plot_page_SOURCES = tests/unit/plot/page.c tests/unit/io/scratch.h
tests_unit_plot_page_LDADD = $(LINK_plot) $(CMOCKA_LIBS)
tests_unit_plot_picture_SOURCES = tests/unit/plot/picture.c tests/unit/io/scratch.h
tests_unit_plot_picture_CPPFLAGS = $(AM_CPPFLAGS) $(CAIRO_CFLAGS)
tests_unit_plot_picture_LDADD = $(LINK_plot) $(CMOCKA_LIBS)
tests_unit_plot_text_SOURCES = tests/unit/plot/text.c
tests_unit_plot_text_LDADD = $(LINK_plot) $(CMOCKA_LIBS)
tests_unit_plot_viridis_SOURCES = tests/unit/plot/viridis.c
tests_unit_plot_viridis_LDADD = $(LINK_plot) $(CMOCKA_LIBS)
