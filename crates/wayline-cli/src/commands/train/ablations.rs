//! Kinds of evidence that are left out, to see what each is worth.

use wayline::config::Config;

use super::fitting::Fitting;

/// Something that is left out.
pub(super) struct Ablation {
    pub(super) name: &'static str,
    /// Features that are called so, of every part.
    pub(super) without: &'static [&'static str],
    /// Of the joins alone, all but the first, which is their mean.
    pub(super) joins_by_mean: bool,
    /// What isn't reckoned at all.
    pub(super) leave_out: fn(&mut Config),
}

impl Ablation {
    const fn of(name: &'static str, without: &'static [&'static str]) -> Self {
        Self {
            name,
            without,
            joins_by_mean: false,
            leave_out: |_| (),
        }
    }

    /// Of what makes up the vectors of units.
    const fn of_vectors(name: &'static str, leave_out: fn(&mut Config)) -> Self {
        Self {
            name,
            without: &[],
            joins_by_mean: false,
            leave_out,
        }
    }

    /// A fit without it.
    pub(super) fn fitting(&self) -> Fitting {
        Fitting {
            without: self.without,
            joins_by_mean: self.joins_by_mean,
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
            "log_led_squared",
            "led_elsewhere",
            "together_share",
            "together_none",
            "log_together",
        ],
        joins_by_mean: false,
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
    Ablation {
        joins_by_mean: true,
        ..Ablation::of("joins by their mean alone", &[])
    },
];

#[cfg(test)]
mod tests {
    use wayline::assign::{BELONGING_FEATURES, CONFIDENCE_FEATURES};
    use wayline::{affinity, cluster};

    use super::*;

    #[test]
    fn what_is_left_out_is_there_with_what_is_made_of_it() {
        let known: Vec<&str> = [
            &affinity::FEATURES[..],
            &cluster::FEATURES,
            &BELONGING_FEATURES,
            &CONFIDENCE_FEATURES,
        ]
        .concat();
        for ablation in &ABLATIONS {
            for left_out in ablation.without {
                let name = ablation.name;
                assert!(known.contains(left_out), "{name}: {left_out}");
                // A square says what its base says.
                let square = format!("{left_out}_squared");
                let is_left = known.contains(&square.as_str());
                assert!(
                    !is_left || ablation.without.contains(&square.as_str()),
                    "{name}: {square}"
                );
            }
        }
    }
}
