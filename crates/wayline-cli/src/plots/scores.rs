//! All figures of a report on one scale, with their intervals.

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use wayline::evaluate::Report;

use super::style::{Area, GRID, INK, MEASURED, PALE_INK, drawn, refused, text, title};

const WIDTH: u32 = 860;
/// Between two figures.
const LINE: i32 = 28;
/// Where figures begin, from the top.
const TOP: i32 = 84;
/// Below the last figure: the scale.
const BOTTOM: i32 = 56;
/// Where the scale begins and ends, from the left: labels stand before it, numbers behind.
const SCALE: (i32, i32) = (290, 660);

/// One figure a line.
pub(crate) fn scores(report: &Report) -> Result<String> {
    let figures = &report.figures;
    let end = TOP + LINE * i32::try_from(figures.len())?;
    let height = u32::try_from(end + BOTTOM)?;
    drawn((WIDTH, height), |area| {
        let below = match report.resampling.resamples {
            0 => "no intervals were drawn".to_owned(),
            n => format!("lines: 95 % intervals from {n} resamples of people"),
        };
        title(area, &format!("Scores: {}", report.title), &below)?;
        scale(area, end)?;
        let name = text(14, INK, HPos::Right, VPos::Center);
        let number = text(13, PALE_INK, HPos::Left, VPos::Center);
        let line = ShapeStyle::from(&MEASURED).stroke_width(2);
        for (place, (_, label, figure)) in figures.iter().enumerate() {
            let y = TOP + LINE * i32::try_from(place)? + LINE / 2;
            area.draw_text(label, &name, (SCALE.0 - 14, y))
                .map_err(refused)?;
            let mut told = format!("{:.3}", figure.value);
            if let Some(interval) = figure.interval {
                told += &format!("  ({:.3} to {:.3})", interval.low, interval.high);
                let (low, high) = (across(interval.low), across(interval.high));
                area.draw(&PathElement::new(vec![(low, y), (high, y)], line))
                    .map_err(refused)?;
                for end in [low, high] {
                    let end = PathElement::new(vec![(end, y - 5), (end, y + 5)], line);
                    area.draw(&end).map_err(refused)?;
                }
            }
            let dot = Circle::new((across(figure.value), y), 5, MEASURED.filled());
            area.draw(&dot).map_err(refused)?;
            area.draw_text(&told, &number, (SCALE.1 + 16, y))
                .map_err(refused)?;
        }
        Ok(())
    })
}

fn scale(area: &Area<'_>, end: i32) -> Result<()> {
    let style = text(14, INK, HPos::Center, VPos::Top);
    for step in 0..=5 {
        let value = f64::from(step) / 5.0;
        let x = across(value);
        let grid = PathElement::new(vec![(x, TOP), (x, end)], GRID);
        area.draw(&grid).map_err(refused)?;
        area.draw_text(&format!("{value:.1}"), &style, (x, end + 6))
            .map_err(refused)?;
    }
    let axis = PathElement::new(vec![(SCALE.0, end), (SCALE.1, end)], INK);
    area.draw(&axis).map_err(refused)?;
    let middle = (SCALE.0 + SCALE.1) / 2;
    area.draw_text("value (1 is best unless said)", &style, (middle, end + 28))
        .map_err(refused)
}

fn across(value: f64) -> i32 {
    SCALE.0 + (f64::from(SCALE.1 - SCALE.0) * value.clamp(0.0, 1.0)).round() as i32
}
