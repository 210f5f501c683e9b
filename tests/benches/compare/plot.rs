//! The picture: rates on the left, latencies on the right, both on logarithmic scales, a bar a system.

use offstage_tests::bench::{
    figures::{self, Figure},
    report::{Fsync, OURS, Report},
    summary::spread,
};
use plotters::{coord::ranged1d::SegmentValue, prelude::*};
use std::{error::Error, path::Path};

const SIZE: (u32, u32) = (1_080, 460);
const OURS_COLOUR: RGBColor = RGBColor(0x1b, 0x6c, 0xa8);
const PEERS_COLOUR: RGBColor = RGBColor(0x9a, 0xa5, 0xb1);

/// Draws it.
pub(crate) fn draw(report: &Report, file: &Path) -> Result<(), Box<dyn Error>> {
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(SIZE.0 / 2);
    bars(&left, report, "submit to terminal, tasks a second", &figures::THROUGH, 10.0)?;
    bars(&right, report, "p99 at 500/s from idle, ms", &figures::LATENCIES[4], 0.1)?;
    area.present()?;
    Ok(())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn bars(
    area: &Area<'_>,
    report: &Report,
    title: &str,
    figure: &Figure,
    least: f64,
) -> Result<(), Box<dyn Error>> {
    let mut all: Vec<_> = report
        .measured()
        .filter_map(|system| Some((system, spread(report, &system.id, Fsync::Everysec, figure)?)))
        .collect();
    // The lowest place is at the bottom.
    all.reverse();
    let most = all.iter().map(|(_, spread)| spread.max).fold(least * 10.0, f64::max) * 2.0;
    let name = |place: usize| all.get(place).map_or(String::new(), |(system, _)| system.id.clone());
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(34)
        .y_label_area_size(128)
        .build_cartesian_2d((least..most).log_scale(), (0..all.len().max(1)).into_segmented())?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(all.len().max(1))
        .y_label_formatter(&|place| match place {
            SegmentValue::CenterOf(place) | SegmentValue::Exact(place) => name(*place),
            SegmentValue::Last => String::new(),
        })
        .x_label_formatter(&|value| format!("{value}"))
        .draw()?;
    chart.draw_series(all.iter().enumerate().map(|(place, (system, spread))| {
        let colour = if system.id == OURS { OURS_COLOUR } else { PEERS_COLOUR };
        let corners = [(least, SegmentValue::Exact(place)), (spread.median, SegmentValue::Exact(place + 1))];
        let mut bar = Rectangle::new(corners, colour.filled());
        bar.set_margin(4, 4, 0, 0);
        bar
    }))?;
    chart.draw_series(all.iter().enumerate().map(|(place, (_, spread))| {
        let ends = [spread.min, spread.max].map(|value| (value, SegmentValue::CenterOf(place)));
        PathElement::new(ends.to_vec(), BLACK.stroke_width(2))
    }))?;
    Ok(())
}
