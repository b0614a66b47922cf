//! What all drawings have in common.

use anyhow::{Error, Result};
use plotters::chart::MeshStyle;
use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The part of a drawing that can be drawn on.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Text, axes. Dark on white, since a page may be dark.
pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
/// Text of less weight; still four and a half times as dark as the ground.
pub(super) const PALE_INK: RGBColor = RGBColor(95, 95, 95);
/// Lines of the grid.
pub(super) const GRID: RGBColor = RGBColor(226, 226, 226);
/// What was measured. The two colours are told apart by the colour-blind too.
pub(super) const MEASURED: RGBColor = RGBColor(0, 91, 150);
/// What it is held against.
pub(super) const EXPECTED: RGBColor = RGBColor(190, 80, 0);

const FONT: &str = "sans-serif";

/// Text of a height in pixels, its anchor given.
pub(super) fn text(height: u32, colour: RGBColor, across: HPos, down: VPos) -> TextStyle<'static> {
    let font = (FONT, f64::from(height)).into_font();
    font.color(&colour).pos(Pos::new(across, down))
}

/// Text of an axis.
pub(super) fn label() -> TextStyle<'static> {
    (FONT, 14.0).into_font().color(&INK)
}

/// Lines of the grid and letters of the axes, as all charts have them.
pub(super) fn plain<'m, 'a, 'b, X: Ranged, Y: Ranged, DB: DrawingBackend>(
    mesh: &'m mut MeshStyle<'a, 'b, X, Y, DB>,
) -> &'m mut MeshStyle<'a, 'b, X, Y, DB> {
    mesh.light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .label_style(label())
        .axis_desc_style(label())
}

/// A drawing on white, as a text.
pub(super) fn drawn(
    (width, height): (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Result<()>,
) -> Result<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
        area.fill(&WHITE).map_err(refused)?;
        draw(&area)?;
        area.present().map_err(refused)?;
    }
    Ok(svg)
}

/// Writes the title and, below it, what has to be said about it.
pub(super) fn title(area: &Area<'_>, title: &str, below: &str) -> Result<()> {
    let style = text(20, INK, HPos::Left, VPos::Top);
    area.draw_text(title, &style, (20, 14)).map_err(refused)?;
    let style = text(14, PALE_INK, HPos::Left, VPos::Top);
    area.draw_text(below, &style, (20, 42)).map_err(refused)
}

/// Why something can't be drawn.
pub(super) fn refused<E>(error: DrawingAreaErrorKind<E>) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
{
    Error::new(error).context("a plot can't be drawn")
}

/// An upright interval with ends that reach so far to each side.
pub(super) fn upright(
    x: f64,
    interval: Option<(f64, f64)>,
    reach: f64,
) -> Vec<PathElement<(f64, f64)>> {
    let Some((low, high)) = interval else {
        return Vec::new();
    };
    let line = ShapeStyle::from(&MEASURED).stroke_width(2);
    let end = |y| PathElement::new(vec![(x - reach, y), (x + reach, y)], line);
    let bar = PathElement::new(vec![(x, low), (x, high)], line);
    vec![bar, end(low), end(high)]
}
