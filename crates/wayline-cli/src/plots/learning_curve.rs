//! The learning curve: how much a score gains from more people's judgements.

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use wayline::evaluate::Figure;

use super::style::{EXPECTED, INK, MEASURED, drawn, plain, refused, text, title, upright};

const SIZE: (u32, u32) = (720, 460);

/// What judgements of so many people are worth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LearnedFrom {
    /// How many people; 0 for what is known without any.
    pub(crate) people: usize,
    /// NDCG@5 of people held back.
    pub(crate) ndcg: f64,
    /// The difference to none, with its interval.
    pub(crate) gain: Figure,
}

/// NDCG@5 over the number of people who were learned from; the first point is without any.
pub(crate) fn learning_curve(points: &[LearnedFrom]) -> Result<String> {
    drawn(SIZE, |area| {
        title(
            area,
            "What are more people's judgements worth?",
            "mean NDCG@5 of people held back; bars: 95 % intervals of the difference to none (dashed)",
        )?;
        let (_, body) = area.split_vertically(70);
        let none = points.first().map_or(0.0, |point| point.ndcg);
        let ends = points.iter().flat_map(|point| {
            let interval = interval(point, none).unwrap_or((point.ndcg, point.ndcg));
            [interval.0, interval.1]
        });
        let (low, high) = ends.fold((1.0_f64, 0.0_f64), |(low, high), end| {
            (low.min(end), high.max(end))
        });
        // Whole steps around all that is drawn.
        let (low, high) = ((low * 20.0).floor() / 20.0, (high * 20.0).ceil() / 20.0);
        let last = points.len().max(1) as f64 - 0.5;
        let mut chart = ChartBuilder::on(&body)
            .margin(18)
            .x_label_area_size(52)
            .y_label_area_size(62)
            .build_cartesian_2d(-0.5..last, low..high.max(low + 0.05))
            .map_err(refused)?;
        let people = |place: &f64| {
            let whole = (place - place.round()).abs() < 1e-6;
            let point = points.get(place.round().max(0.0) as usize);
            match point {
                Some(point) if whole && *place > -0.4 => point.people.to_string(),
                _ => String::new(),
            }
        };
        plain(&mut chart.configure_mesh())
            .disable_x_mesh()
            .x_desc("people whose judgements were learned from")
            .y_desc("NDCG@5 (part of the axis)")
            .x_labels(points.len() + 1)
            .x_label_formatter(&people)
            .y_label_formatter(&|value| format!("{value:.2}"))
            .y_labels(6)
            .draw()
            .map_err(refused)?;
        let dashed = DashedLineSeries::new([(-0.5, none), (last, none)], 6, 4, EXPECTED.into());
        chart.draw_series(dashed).map_err(refused)?;
        let line = points.iter().enumerate();
        let line = line.map(|(place, point)| (place as f64, point.ndcg));
        let style = ShapeStyle::from(&MEASURED).stroke_width(2);
        chart
            .draw_series(LineSeries::new(line, style))
            .map_err(refused)?;
        let told = text(12, INK, HPos::Right, VPos::Bottom);
        for (place, point) in points.iter().enumerate() {
            let at = (place as f64, point.ndcg);
            chart
                .draw_series(upright(at.0, interval(point, none), 0.06))
                .map_err(refused)?;
            let dot = Circle::new(at, 5, MEASURED.filled());
            chart.draw_series([dot]).map_err(refused)?;
            let (x, y) = chart.backend_coord(&at);
            let (left, top) = body.get_base_pixel();
            body.draw_text(
                &format!("{:.3}", point.ndcg),
                &told,
                (x - left - 8, y - top - 6),
            )
            .map_err(refused)?;
        }
        Ok(())
    })
}

/// The interval of the difference, above what is known without any.
fn interval(point: &LearnedFrom, none: f64) -> Option<(f64, f64)> {
    let interval = point.gain.interval?;
    Some((none + interval.low, none + interval.high))
}
