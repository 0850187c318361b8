# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libplot.la
libplot_la_SOURCES = \
	src/plot/picture.h \
	src/plot/text.c src/plot/text.h \
	src/plot/viridis.c
if HAVE_CAIRO
libplot_la_SOURCES += \
	src/plot/axis.c src/plot/axis.h \
	src/plot/canvas.c src/plot/canvas.h \
	src/plot/cell_labels.c \
	src/plot/draw_table.c \
	src/plot/image_formats.c src/plot/image_formats.h \
	src/plot/maps.c \
	src/plot/page.c src/plot/page.h \
	src/plot/panel.c \
	src/plot/parts.h \
	src/plot/picture.c \
	src/plot/styles.c \
	src/plot/ticks.c \
	src/plot/tiles.c
else
libplot_la_SOURCES += src/plot/picture_none.c
endif
