/* SPDX-License-Identifier: MIT
 *
 * A table: labels with samples of their styles to the left, numbers to the right, lines above and
 * below, as in papers. Columns that do not fit are drawn in further blocks below.
 */
#include "plot/parts.h"

#include <math.h>

/* Sizes in units. */
enum {
    LINE = 21,
    BETWEEN = 15,
    CLOSEST = 8,
    SAMPLE = 26,
    AFTER_SAMPLE = 8,
    BETWEEN_BLOCKS = 14,
    NOTE = 16
};

static const gfn_font head_font = {.size = GFN_SMALL_TEXT, .is_bold = true};
static const gfn_font cell_font = {.size = GFN_SMALL_TEXT};

/* A block: the labels and the columns from `first` to before `end`. */
typedef struct block {
    double labels;  /* width of the labels with their samples */
    double between; /* before each column */
    size_t first, end;
} block;

static double column_width(gfn_canvas *canvas, const gfn_table *table, size_t column)
{
    double width = gfn_canvas_text_width(canvas, head_font, table->heading[column]);
    for (size_t row = 0; row < table->rows; row++)
        width = fmax(width, gfn_canvas_text_width(canvas, cell_font,
                                                  table->cell[row * table->columns + column]));
    return ceil(width);
}

/* What is left between columns if all are in one block, but not more than usual, and as usual if
 * this would be too little. */
static double find_between(gfn_canvas *canvas, double width, const gfn_table *table, double labels)
{
    double left = width - labels;
    for (size_t column = 1; column < table->columns; column++)
        left -= column_width(canvas, table, column);
    const double each = floor(left / (double)(table->columns - 1));
    return each < CLOSEST ? BETWEEN : fmin(each, BETWEEN);
}

/* The next block of a table. Labels leave at least half of the width to numbers. */
static block next_block(gfn_canvas *canvas, double width, const gfn_table *table, size_t first)
{
    block b = {.first = first, .end = first};
    b.labels = fmin(column_width(canvas, table, 0) + SAMPLE + AFTER_SAMPLE, floor(width / 2));
    b.between = find_between(canvas, width, table, b.labels);
    for (double used = b.labels; b.end < table->columns; b.end++) {
        used += b.between + column_width(canvas, table, b.end);
        if (used > width && b.end > first)
            break;
    }
    return b;
}

static double block_height(const gfn_table *table)
{
    return (double)(table->rows + 1) * LINE + BETWEEN_BLOCKS;
}

static gfn_font note_font(double width)
{
    return (gfn_font){.size = GFN_SMALL_TEXT, .most = width};
}

double gfn_table_height(gfn_canvas *canvas, double width, const gfn_table *table)
{
    double height = 0;
    size_t first = 1;
    while (first < table->columns) {
        first = next_block(canvas, width, table, first).end;
        height += block_height(table);
    }
    if (table->note)
        height += NOTE * (double)gfn_canvas_paragraph(canvas, (const double[]){0, 0}, NOTE,
                                                      note_font(width), table->note, false);
    return height;
}

static void draw_rule(gfn_canvas *canvas, double x, double y, double width)
{
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    gfn_canvas_fill(canvas, (gfn_box){x, floor(y), width, 1});
}

static void draw_column(gfn_canvas *canvas, double right, double y, const gfn_table *table,
                        size_t column)
{
    gfn_font font = head_font;
    font.align = GFN_RIGHT;
    gfn_canvas_text(canvas, right, y - 7, font, table->heading[column]);
    font.is_bold = false;
    for (size_t row = 0; row < table->rows; row++)
        gfn_canvas_text(canvas, right, y + (double)(row + 1) * LINE - 6, font,
                        table->cell[row * table->columns + column]);
}

static void draw_labels(gfn_canvas *canvas, double x, double y, const gfn_table *table,
                        double width)
{
    const double indent = SAMPLE + AFTER_SAMPLE;
    gfn_font font = head_font;
    gfn_canvas_text(canvas, x + indent, y - 7, font, table->heading[0]);
    font.is_bold = false;
    font.most = width - indent;
    for (size_t row = 0; row < table->rows; row++) {
        const double base = y + (double)(row + 1) * LINE - 6;
        if (table->style[row] >= 0)
            gfn_style_sample(canvas, x, base - 4, SAMPLE, table->style[row]);
        gfn_canvas_color(canvas, GFN_INK);
        gfn_canvas_text(canvas, x + indent, base, font, table->cell[row * table->columns]);
    }
}

void gfn_draw_table(gfn_canvas *canvas, gfn_box box, const gfn_table *table)
{
    double y = box.y;
    for (size_t first = 1; first < table->columns; y += block_height(table)) {
        const block b = next_block(canvas, box.width, table, first);
        double right = box.x + b.labels;
        gfn_canvas_color(canvas, GFN_INK);
        draw_labels(canvas, box.x, y + LINE, table, b.labels);
        for (size_t column = b.first; column < b.end; column++) {
            right += b.between + column_width(canvas, table, column);
            draw_column(canvas, right, y + LINE, table, column);
        }
        draw_rule(canvas, box.x, y, right - box.x);
        draw_rule(canvas, box.x, y + LINE, right - box.x);
        draw_rule(canvas, box.x, y + (double)(table->rows + 1) * LINE, right - box.x);
        first = b.end;
    }
    gfn_canvas_color(canvas, GFN_FAINT_INK);
    if (table->note)
        gfn_canvas_paragraph(canvas, (const double[]){box.x, y + 4}, NOTE, note_font(box.width),
                             table->note, true);
}
