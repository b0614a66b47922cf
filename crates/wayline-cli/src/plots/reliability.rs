//! The reliability diagram: whether journeys are right as often as their confidence says.

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use wayline::evaluate::reliability::ReliabilityBin;

use super::style::{
    Area, EXPECTED, INK, MEASURED, PALE_INK, drawn, plain, refused, text, title, upright,
};

const SIZE: (u32, u32) = (960, 520);

/// Two views of one thing: on the left over confidence, with the diagonal on which the points of a
/// perfect confidence lie; on the right bin by bin, where confidences that are close stand apart.
pub(crate) fn reliability(bins: &[ReliabilityBin]) -> Result<String> {
    drawn(SIZE, |area| {
        let journeys: u64 = bins.iter().map(|bin| bin.journeys).sum();
        let below = format!(
            "{journeys} journeys in {} of equal mass by confidence; bars: 95 % intervals (Wilson)",
            match bins.len() {
                1 => "one bin".to_owned(),
                n => format!("{n} bins"),
            }
        );
        title(
            area,
            "Are journeys right as often as their confidence says?",
            &below,
        )?;
        let (_, body) = area.split_vertically(70);
        let (left, right) = body.split_horizontally(SIZE.0 / 2);
        over_confidence(&left, bins)?;
        bin_by_bin(&right, bins)
    })
}

/// The lower end of both axes: nothing is drawn below what there is.
fn lowest(bins: &[ReliabilityBin]) -> f64 {
    let values = bins.iter().map(|bin| bin.said.min(bin.interval.low));
    let least = values.fold(1.0, f64::min);
    ((least - 0.02) * 10.0).floor().clamp(0.0, 9.0) / 10.0
}

fn over_confidence(area: &Area<'_>, bins: &[ReliabilityBin]) -> Result<()> {
    let low = lowest(bins);
    let reach = (1.0 - low) * 0.008;
    let mut chart = ChartBuilder::on(area)
        .margin(18)
        .x_label_area_size(52)
        .y_label_area_size(62)
        .build_cartesian_2d(low..1.0, low..1.0)
        .map_err(refused)?;
    plain(&mut chart.configure_mesh())
        .x_desc("mean confidence of the bin")
        .y_desc("share of right journeys")
        .x_label_formatter(&|value| format!("{value:.1}"))
        .y_label_formatter(&|value| format!("{value:.1}"))
        .x_labels(6)
        .y_labels(6)
        .draw()
        .map_err(refused)?;
    let diagonal = DashedLineSeries::new(
        [(low, low), (1.0, 1.0)],
        6,
        5,
        ShapeStyle::from(&EXPECTED).stroke_width(2),
    );
    chart.draw_series(diagonal).map_err(refused)?;
    for bin in bins {
        let interval = Some((bin.interval.low, bin.interval.high));
        let bars = upright(bin.said, interval, reach);
        chart.draw_series(bars).map_err(refused)?;
        let dot = Circle::new((bin.said, bin.was), 5, MEASURED.filled());
        chart.draw_series([dot]).map_err(refused)?;
    }
    let y = 36;
    let line = ShapeStyle::from(&EXPECTED).stroke_width(2);
    for x in [100, 111, 122] {
        area.draw(&PathElement::new(vec![(x, y), (x + 6, y)], line))
            .map_err(refused)?;
    }
    let style = text(14, INK, HPos::Left, VPos::Center);
    area.draw_text("right as often as said", &style, (138, y))
        .map_err(refused)
}

fn bin_by_bin(area: &Area<'_>, bins: &[ReliabilityBin]) -> Result<()> {
    let low = lowest(bins);
    // Room above for the legend and below for the counts.
    let (top, bottom) = (1.0 + (1.0 - low) * 0.13, low - (1.0 - low) * 0.09);
    let last = bins.len().max(1) as f64 + 0.6;
    let mut chart = ChartBuilder::on(area)
        .margin(18)
        .x_label_area_size(52)
        .y_label_area_size(62)
        .build_cartesian_2d(0.4..last, bottom..top)
        .map_err(refused)?;
    plain(&mut chart.configure_mesh())
        .disable_x_mesh()
        .x_desc("bin, the least confident first; grey: journeys in it")
        .y_desc("share of the bin's journeys")
        .x_labels(bins.len() + 1)
        .x_label_formatter(&|value| {
            let is_bin = (value - value.round()).abs() < 1e-9;
            if is_bin {
                format!("{value:.0}")
            } else {
                String::new()
            }
        })
        .y_label_formatter(&|value| {
            if *value > 1.0 + 1e-9 || *value < low - 1e-9 {
                String::new()
            } else {
                format!("{value:.1}")
            }
        })
        .y_labels(6)
        .draw()
        .map_err(refused)?;
    let counts = text(12, PALE_INK, HPos::Center, VPos::Bottom);
    for (place, bin) in bins.iter().enumerate() {
        let x = place as f64 + 1.0;
        let interval = Some((bin.interval.low, bin.interval.high));
        chart
            .draw_series(upright(x, interval, 0.12))
            .map_err(refused)?;
        let dot = Circle::new((x, bin.was), 5, MEASURED.filled());
        chart.draw_series([dot]).map_err(refused)?;
        let line = ShapeStyle::from(&EXPECTED).stroke_width(3);
        let said = PathElement::new(vec![(x - 0.3, bin.said), (x + 0.3, bin.said)], line);
        chart.draw_series([said]).map_err(refused)?;
        let (x, y) = chart.backend_coord(&(x, bottom));
        let (left, top) = area.get_base_pixel();
        let at = (x - left, y - top - 3);
        area.draw_text(&bin.journeys.to_string(), &counts, at)
            .map_err(refused)?;
    }
    legend(area)
}

fn legend(area: &Area<'_>) -> Result<()> {
    let style = text(14, INK, HPos::Left, VPos::Center);
    let line = ShapeStyle::from(&EXPECTED).stroke_width(3);
    let y = 32;
    area.draw(&Circle::new((100, y), 5, MEASURED.filled()))
        .map_err(refused)?;
    area.draw_text("right", &style, (112, y)).map_err(refused)?;
    area.draw(&PathElement::new(vec![(176, y), (200, y)], line))
        .map_err(refused)?;
    area.draw_text("said: mean confidence", &style, (208, y))
        .map_err(refused)
}
