use wayline::evaluate::reliability::{ReliabilityBin, wilson};
use wayline::evaluate::{Figure, Interval, Report, Resampling};

use super::{ranking, reliability, scores};

fn bin(said: f64, right: u64, journeys: u64) -> ReliabilityBin {
    ReliabilityBin {
        journeys,
        said,
        was: right as f64 / journeys as f64,
        interval: wilson(right, journeys),
    }
}

fn figure(value: f64, with_interval: bool) -> Figure {
    let interval = with_interval.then(|| Interval {
        low: value * 0.9,
        high: value.mul_add(0.9, 0.1),
    });
    Figure { value, interval }
}

fn says(svg: &str, texts: &[&str]) {
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    for text in texts {
        let stands_there = svg.lines().any(|line| line.trim() == *text);
        assert!(stands_there, "{text} is missing in {svg}");
    }
}

#[test]
fn the_reliability_diagram_says_how_many_journeys_stand_behind_each_bin() {
    let bins = [bin(0.3, 1, 11), bin(0.6, 9, 13), bin(0.95, 12, 12)];
    let texts = [
        "mean confidence of the bin",
        "share of right journeys",
        "11",
        "13",
        "12",
    ];
    says(&reliability(&bins).unwrap(), &texts);
    // One bin, sure and right: the axes still have a length.
    says(&reliability(&[bin(1.0, 5, 5)]).unwrap(), &["5"]);
    says(&reliability(&[bin(0.0, 0, 1)]).unwrap(), &["0.0", "1.0"]);
}

#[test]
fn the_ranking_curve_has_a_number_at_each_place() {
    for with_interval in [true, false] {
        let curve: Vec<Figure> = (1..=10)
            .map(|k| figure(f64::from(k) / 13.0, with_interval))
            .collect();
        says(&ranking(&curve).unwrap(), &["NDCG@k", "0.08", "0.77", "10"]);
    }
}

#[test]
fn scores_have_a_line_each_with_their_interval() {
    let report = Report {
        title: "oaks & elms".to_owned(),
        counts: Vec::new(),
        figures: vec![
            ("recall", "recall", figure(0.5, true)),
            ("ece", "error (low is good)", figure(0.0, false)),
        ],
        resampling: Resampling::default(),
    };
    let texts = [
        "Scores: oaks &amp; elms",
        "recall",
        "0.500  (0.450 to 0.550)",
        "0.000",
    ];
    says(&scores(&report).unwrap(), &texts);
}
