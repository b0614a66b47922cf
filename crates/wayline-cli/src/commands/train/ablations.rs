//! Kinds of evidence that are left out, to see what each is worth.

use wayline::cluster;
use wayline::config::Config;

/// Something that is left out.
pub(super) struct Ablation {
    pub(super) name: &'static str,
    /// Features of every part that are called so.
    pub(super) without: &'static [&'static str],
    /// What isn't reckoned at all.
    pub(super) leave_out: fn(&mut Config),
}

impl Ablation {
    const fn of(name: &'static str, without: &'static [&'static str]) -> Self {
        Self {
            name,
            without,
            leave_out: |_| (),
        }
    }

    /// Of what makes up the vectors of units.
    const fn of_vectors(name: &'static str, leave_out: fn(&mut Config)) -> Self {
        Self {
            name,
            without: &[],
            leave_out,
        }
    }

    /// Whether searches alone have any of it.
    pub(super) fn concerns_searches(&self) -> bool {
        let of_items = |it: &&str| {
            it.starts_with("interest")
                || it.starts_with("annotation")
                || ["same_board", "rarest_label"].contains(it)
        };
        self.without.is_empty() || !self.without.iter().all(of_items)
    }
}

/// What belonging is worth stands at its threshold 0.
pub(super) const ABLATIONS: [Ablation; 11] = [
    Ablation::of("everything", &[]),
    Ablation {
        name: "text alone",
        without: &[
            "interest_cosine",
            "interests_on_both",
            "annotation_cosine",
            "annotations_on_both",
            "rarest_label",
            "together_cosine",
            "together_on_both",
            "log_gap",
            "visits_above_chance",
            "same_board",
            "log_visits",
            "log_led",
            "led_elsewhere",
            "together_share",
            "together_none",
            "log_together",
        ],
        leave_out: |config| {
            config.affinity.host_weight = 0.0;
            config.affinity.context_weight = 0.0;
        },
    },
    Ablation::of(
        "without text",
        &[
            "cosine",
            "cosine_margin",
            "nearest_cosine",
            "query_cosine",
            "cosine_margin_squared",
            "log_units_times_cosine_margin",
        ],
    ),
    Ablation::of(
        "without interests",
        &["interest_cosine", "interests_on_both"],
    ),
    Ablation::of(
        "without annotations",
        &["annotation_cosine", "annotations_on_both", "rarest_label"],
    ),
    Ablation::of_vectors("without clicked sites", |config| {
        config.affinity.host_weight = 0.0;
    }),
    Ablation::of_vectors("without what led to what", |config| {
        config.affinity.context_weight = 0.0;
    }),
    Ablation::of(
        "without what goes together",
        &[
            "together_cosine",
            "together_on_both",
            "together_share",
            "together_none",
            "log_together",
        ],
    ),
    Ablation::of("without time", &["log_gap", "visits_above_chance"]),
    Ablation::of("without boards", &["same_board"]),
    Ablation::of(
        "joins by their mean alone",
        // The first is the mean.
        cluster::FEATURES.split_at(1).1,
    ),
];
