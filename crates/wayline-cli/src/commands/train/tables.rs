//! What `wayline train affinity` prints.

use std::io::Write;

use anyhow::Result;
use wayline::assign::{BELONGING_FEATURES, CONFIDENCE_FEATURES};
use wayline::config::Config;
use wayline::model::Grouping;
use wayline::{affinity, cluster};

use super::ablations::{ABLATIONS, Ablation};
use super::fitting::HeldBack;
use super::searches::{self, Searches};
use super::simulations::{CROWDS, Figures, KINDS, Simulations};

const JOINS: [f32; 6] = [0.15, 0.2, 0.25, 0.3, 0.4, 0.5];
const BELONGINGS: [f64; 6] = [0.0, 0.25, 0.35, 0.45, 0.55, 0.65];
const CONFIDENCES: [f64; 4] = [0.0, 0.1, 0.2, 0.3];

/// Thresholds for searches alone.
pub(super) fn of_searches(
    out: &mut impl Write,
    searches: &Searches,
    held_back: &HeldBack,
    config: &Config,
) -> Result<()> {
    if searches.has_labels() {
        searches_by_threshold(out, searches, held_back, config)?;
    }
    whole_head(out)?;
    for (crowd, people) in searches::CROWDS.iter().enumerate() {
        let figures = searches.simulated_figures(crowd, held_back, config)?;
        whole_line(out, &format!("searches-only, crowd of {people}"), &figures)?;
    }
    Ok(())
}

fn searches_by_threshold(
    out: &mut impl Write,
    searches: &Searches,
    held_back: &HeldBack,
    config: &Config,
) -> Result<()> {
    writeln!(out, "searches only, {} folds over people", searches.folds)?;
    let heads = ["missions B³ / journey F1", "annotated F1 / NDCG@5"];
    writeln!(out, "  {:<28} {:>26} {:>24}", "", heads[0], heads[1])?;
    let mut line =
        |name: String, config: &Config| searches_line(out, &name, searches, held_back, config);
    for join in JOINS {
        let mut config = config.clone();
        config.cluster.join_searches_only = join;
        line(format!("join {join:.2}"), &config)?;
    }
    for least in BELONGINGS {
        let mut config = config.clone();
        config.assign.searches_only.min_belonging = least;
        line(format!("belonging {least:.2}"), &config)?;
    }
    for least in [2, 3, 4] {
        let mut config = config.clone();
        config.assign.searches_only.min_keywords = least;
        line(format!("keywords {least}"), &config)?;
    }
    for least in CONFIDENCES {
        let mut config = config.clone();
        config.assign.searches_only.min_confidence = least;
        line(format!("confidence {least:.2}"), &config)?;
    }
    line("as configured".to_owned(), config)
}

/// What each kind of evidence is worth for searches alone.
pub(super) fn searches_ablated(
    out: &mut impl Write,
    searches: &Searches,
    config: &Config,
    wanted: impl Fn(&Ablation) -> bool,
) -> Result<()> {
    let concerned = |it: &&Ablation| it.concerns_searches() && wanted(it);
    for ablation in ABLATIONS.iter().filter(concerned) {
        let mut config = config.clone();
        (ablation.leave_out)(&mut config);
        let held_back = searches.cross_validate(&ablation.fitting(), &config)?;
        searches_line(out, ablation.name, searches, &held_back, &config)?;
    }
    Ok(())
}

fn searches_line(
    out: &mut impl Write,
    name: &str,
    searches: &Searches,
    held_back: &HeldBack,
    config: &Config,
) -> Result<()> {
    if !searches.has_labels() {
        let mut simulated = Vec::new();
        for crowd in 0..searches::CROWDS.len() {
            simulated.extend(searches.simulated_figures(crowd, held_back, config)?);
        }
        return whole_line(out, name, &simulated);
    }
    let figures = searches.figures(held_back, config)?;
    let (m, a) = (figures.missions, figures.annotated);
    let missions = format!("{:.3} / {:.3}", m.b3.value, m.journey_f1.value);
    let annotated = format!("{:.3} / {:.3}", a.f1.value, a.ndcg5.value);
    writeln!(out, "  {name:<28} {missions:>26} {annotated:>24}")?;
    Ok(())
}

/// Thresholds for logs with items, and what else is measured of them.
pub(super) fn of_items(
    out: &mut impl Write,
    simulations: &Simulations,
    held_back: &HeldBack,
    config: &Config,
) -> Result<()> {
    items_head(out)?;
    for join in JOINS {
        let mut config = config.clone();
        config.cluster.join_with_items = join;
        items_line(
            out,
            &format!("join {join:.2}"),
            simulations,
            held_back,
            &config,
        )?;
    }
    for least in BELONGINGS {
        let mut config = config.clone();
        config.assign.with_items.min_belonging = least;
        items_line(
            out,
            &format!("belonging {least:.2}"),
            simulations,
            held_back,
            &config,
        )?;
    }
    for least in [2, 3, 5, 7] {
        let mut config = config.clone();
        config.assign.with_items.min_keywords = least;
        let name = format!("keywords {least}");
        items_line(out, &name, simulations, held_back, &config)?;
    }
    for least in CONFIDENCES {
        let mut config = config.clone();
        config.assign.with_items.min_confidence = least;
        items_line(
            out,
            &format!("confidence {least:.2}"),
            simulations,
            held_back,
            &config,
        )?;
    }
    whole_head(out)?;
    for (crowd, people) in CROWDS.iter().enumerate() {
        for (place, kind) in KINDS.iter().enumerate() {
            let figures = simulations.figures(place, crowd, held_back, config)?;
            whole_line(
                out,
                &format!("{}, crowd of {people}", kind.name()),
                &figures,
            )?;
        }
    }
    Ok(())
}

/// What each kind of evidence is worth for logs with items.
pub(super) fn items_ablated(
    out: &mut impl Write,
    simulations: &Simulations,
    config: &Config,
    wanted: impl Fn(&Ablation) -> bool,
) -> Result<()> {
    items_head(out)?;
    for ablation in ABLATIONS.iter().filter(|it| wanted(it)) {
        let mut config = config.clone();
        (ablation.leave_out)(&mut config);
        let held_back = simulations.cross_validate(&ablation.fitting(), &config)?;
        items_line(out, ablation.name, simulations, &held_back, &config)?;
    }
    Ok(())
}

fn items_head(out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "with items, tested on journeys that training never saw: keyword B³ / journey F1"
    )?;
    let kinds = KINDS.map(|kind| format!("{:>17}", kind.name()));
    writeln!(out, "  {:<28} {}", "", kinds.join(" "))?;
    Ok(())
}

fn items_line(
    out: &mut impl Write,
    name: &str,
    simulations: &Simulations,
    held_back: &HeldBack,
    config: &Config,
) -> Result<()> {
    let mut cells = Vec::new();
    for kind in 0..KINDS.len() {
        let mut figures: Vec<Figures> = Vec::new();
        for crowd in 0..CROWDS.len() {
            figures.extend(simulations.figures(kind, crowd, held_back, config)?);
        }
        let b3 = mean(&figures, |it| it.keyword_b3.value);
        let f1 = mean(&figures, |it| it.journey_f1.value);
        cells.push(format!("{:>17}", format!("{b3:.3} / {f1:.3}")));
    }
    writeln!(out, "  {name:<28} {}", cells.join(" "))?;
    Ok(())
}

fn whole_head(out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "  {:<32} {:>11} {:>11} {:>8} {:>8}",
        "as configured", "keyword B³", "journey F1", "AUC", "ECE"
    )?;
    Ok(())
}

fn whole_line(out: &mut impl Write, name: &str, figures: &[Figures]) -> Result<()> {
    writeln!(
        out,
        "  {name:<32} {:>11.3} {:>11.3} {:>8.3} {:>8.3}",
        mean(figures, |it| it.keyword_b3.value),
        mean(figures, |it| it.journey_f1.value),
        mean(figures, |it| it.confidence_auc.value),
        mean(figures, |it| it.ece.value),
    )?;
    Ok(())
}

fn mean(figures: &[Figures], of: impl Fn(&Figures) -> f64) -> f64 {
    figures.iter().map(of).sum::<f64>() / figures.len() as f64
}

/// All weights.
pub(super) fn weights(out: &mut impl Write, items: &Grouping, searches: &Grouping) -> Result<()> {
    let mut part = |title: &str,
                    names: &[&str],
                    columns: &[(&str, &wayline::logistic::Logistic)]|
     -> Result<()> {
        let heads: Vec<String> = columns
            .iter()
            .map(|(head, _)| format!("{head:>15}"))
            .collect();
        writeln!(out, "{title:<32} {}", heads.join(" "))?;
        for (place, name) in names.iter().enumerate() {
            let weights = columns
                .iter()
                .map(|(_, it)| format!("{:>15.3}", it.weights[place]));
            writeln!(
                out,
                "  {name:<30} {}",
                weights.collect::<Vec<_>>().join(" ")
            )?;
        }
        Ok(())
    };
    let two = |items, searches| [("with items", items), ("searches only", searches)];
    part(
        "affinity",
        &affinity::FEATURES,
        &two(&items.affinity, &searches.affinity),
    )?;
    part(
        "join",
        &cluster::FEATURES,
        &two(&items.join, &searches.join),
    )?;
    part(
        "belonging",
        &BELONGING_FEATURES,
        &[
            ("items, query", &items.assign.query),
            ("items, label", &items.assign.label),
            ("searches only", &searches.assign.query),
        ],
    )?;
    part(
        "confidence",
        &CONFIDENCE_FEATURES,
        &two(&items.assign.confidence, &searches.assign.confidence),
    )
}
