# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libplot.la
libplot_la_SOURCES = \
	src/plot/picture.h \
	src/plot/viridis.c
if HAVE_CAIRO
libplot_la_SOURCES += \
	src/plot/axis.c src/plot/axis.h \
	src/plot/canvas.c src/plot/canvas.h \
	src/plot/maps.c \
	src/plot/panel.c \
	src/plot/parts.h \
	src/plot/picture.c
else
libplot_la_SOURCES += src/plot/picture_none.c
endif
