//! The ranking curve: how well the first places are filled.

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use wayline::evaluate::Figure;

use super::style::{INK, MEASURED, drawn, plain, refused, text, title, upright};

const SIZE: (u32, u32) = (720, 460);

/// NDCG over the first 1, 2, … places.
pub(crate) fn ranking(curve: &[Figure]) -> Result<String> {
    drawn(SIZE, |area| {
        let drawn = curve.iter().any(|figure| figure.interval.is_some());
        let below = if drawn {
            "mean NDCG of the first k places over people; bars: 95 % intervals from resamples of \
             people"
        } else {
            "mean NDCG of the first k places over people"
        };
        title(area, "How well are the first places filled?", below)?;
        let (_, body) = area.split_vertically(70);
        let last = curve.len().max(1) as f64 + 0.5;
        let mut chart = ChartBuilder::on(&body)
            .margin(18)
            .x_label_area_size(52)
            .y_label_area_size(62)
            .build_cartesian_2d(0.5..last, 0.0..1.0)
            .map_err(refused)?;
        plain(&mut chart.configure_mesh())
            .disable_x_mesh()
            .x_desc("k, the number of first places looked at")
            .y_desc("NDCG@k")
            .x_labels(curve.len() + 1)
            .x_label_formatter(&|value| format!("{value:.0}"))
            .y_label_formatter(&|value| format!("{value:.1}"))
            .y_labels(6)
            .draw()
            .map_err(refused)?;
        let at = |place: usize| place as f64 + 1.0;
        let points = curve
            .iter()
            .enumerate()
            .map(|(place, figure)| (at(place), figure.value));
        let line = ShapeStyle::from(&MEASURED).stroke_width(2);
        chart
            .draw_series(LineSeries::new(points, line))
            .map_err(refused)?;
        // Below the bar, where no line passes; above it where there is no room.
        let under = text(12, INK, HPos::Center, VPos::Top);
        let over = text(12, INK, HPos::Center, VPos::Bottom);
        for (place, figure) in curve.iter().enumerate() {
            let point = (at(place), figure.value);
            let interval = figure.interval.map(|it| (it.low, it.high));
            chart
                .draw_series(upright(point.0, interval, 0.08))
                .map_err(refused)?;
            let dot = Circle::new(point, 5, MEASURED.filled());
            chart.draw_series([dot]).map_err(refused)?;
            let (low, high) = interval.unwrap_or((point.1, point.1));
            let (end, style, away) = if low > 0.1 {
                (low, &under, 8)
            } else {
                (high, &over, -8)
            };
            let (x, y) = chart.backend_coord(&(point.0, end));
            let (left, top) = body.get_base_pixel();
            let told = format!("{:.2}", figure.value);
            body.draw_text(&told, style, (x - left, y - top + away))
                .map_err(refused)?;
        }
        Ok(())
    })
}
