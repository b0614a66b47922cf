//! How well orders put first what people come back to.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;

use anyhow::Result;
use wayline::evaluate::calibration::{Judged, Pool};
use wayline::evaluate::{Resampling, bootstrap, ranking};

use super::boosting::Boosted;
use super::differences::with_difference;
use super::labels::fold_of;
use super::moments::{Known, Moment};
use super::ranker::{examples, fit_returns};

/// The orders compared. Those that need no model come first.
const ORDERS: [&str; 5] = [
    "recency",
    "frequency",
    "recency × frequency",
    "logistic",
    "boosted trees",
];
/// How many of them are baselines.
const BASELINES: usize = 3;
const LOGISTIC: usize = 3;
/// How many places NDCG looks at.
const DEPTH: usize = 5;
/// Days in which recency × frequency halves.
const HALF_LIFE: f64 = 14.0;

/// A person at a moment, by models that had seen neither the person nor anything as late.
struct Person {
    user_id: String,
    /// Area under the ROC curve within the person, by order; none where all or none came back.
    auc: Option<[f64; ORDERS.len()]>,
    /// None where nobody came back.
    ndcg: Option<[f64; ORDERS.len()]>,
    /// Probability by the logistic model, and whether the person came back.
    judged: Vec<(f64, bool)>,
}

/// Everybody at all moments but the earliest.
pub(super) struct Tested {
    people: Vec<Person>,
}

/// Tests each moment of the people of each fold with models of earlier moments of the others.
pub(super) fn held_back(moments: &[&Moment], folds: usize) -> Result<Tested> {
    let oldest = moments.iter().map(|moment| moment.age).max().unwrap_or(0);
    let mut people = Vec::new();
    for fold in 0..folds {
        let (inside, others): (Vec<&Moment>, Vec<&Moment>) = moments
            .iter()
            .partition(|moment| fold_of(&moment.user_id, folds) == fold);
        for age in 0..oldest {
            let earlier = || others.iter().copied().filter(|moment| moment.age > age);
            let logistic = fit_returns(earlier())?;
            let boosted = Boosted::fit(&examples(earlier()))?;
            for moment in inside.iter().filter(|moment| moment.age == age) {
                let rows = examples(std::iter::once(*moment));
                let boosted = match rows.len() {
                    0 => Vec::new(),
                    _ => boosted.predict((0..rows.len()).map(|row| rows.row(row)))?,
                };
                let journeys = moment.journeys.iter();
                let probabilities =
                    journeys.map(|it| f64::from(logistic.probability(&it.features)));
                people.push(Person::of(moment, probabilities.collect(), boosted));
            }
        }
    }
    Ok(Tested { people })
}

impl Person {
    fn of(moment: &Moment, probabilities: Vec<f64>, boosted: Vec<f64>) -> Self {
        let by = |value: &dyn Fn(&Known) -> f64| moment.journeys.iter().map(value).collect();
        let values: [Vec<f64>; ORDERS.len()] = [
            by(&|it| -it.silence_days),
            by(&|it| it.events),
            by(&|it| it.events * (-it.silence_days / HALF_LIFE).exp2()),
            probabilities,
            boosted,
        ];
        let returned = moment.journeys.iter().map(|it| it.returns > 0);
        // The gain of 2^gain - 1 is how often the person came back.
        let gains: Vec<f64> = moment
            .journeys
            .iter()
            .map(|it| f64::from(1 + it.returns).log2())
            .collect();
        let judged = |order: usize| -> Vec<Judged> {
            let values = values[order].iter().zip(returned.clone());
            values
                .map(|(value, right)| Judged {
                    confidence: *value,
                    right,
                    person: 0,
                })
                .collect()
        };
        let auc = |order: usize| Pool::new(judged(order)).auc(&[1]);
        let ndcg = |order: usize| {
            let mut places: Vec<usize> = (0..gains.len()).collect();
            places.sort_by(|a, b| values[order][*b].total_cmp(&values[order][*a]));
            let shown: Vec<f64> = places.into_iter().map(|place| gains[place]).collect();
            ranking::ndcg(&shown, &gains, DEPTH).unwrap_or(0.0)
        };
        let any = returned.clone().any(|it| it);
        let both = any && returned.clone().any(|it| !it);
        Self {
            user_id: moment.user_id.clone(),
            auc: both.then(|| std::array::from_fn(auc)),
            ndcg: any.then(|| std::array::from_fn(ndcg)),
            judged: values[LOGISTIC].iter().copied().zip(returned).collect(),
        }
    }
}

impl Tested {
    pub(super) fn head(out: &mut impl Write) -> Result<()> {
        writeln!(
            out,
            "coming back, of people and at moments that no model had seen: means over people\n  \
             {:<22} {:>24} {:>24}",
            "", "AUC within a person", "NDCG@5 of the returns"
        )?;
        Ok(())
    }

    /// A line for each order, those of models with the interval of the difference to the best
    /// baseline.
    pub(super) fn write(
        &self,
        out: &mut impl Write,
        name: &str,
        users: &HashSet<&str>,
    ) -> Result<()> {
        let people: Vec<&Person> = self
            .people
            .iter()
            .filter(|person| users.contains(person.user_id.as_str()))
            .collect();
        let auc = Column::of(&people, |person| person.auc);
        let ndcg = Column::of(&people, |person| person.ndcg);
        let judged = people.iter().enumerate().flat_map(|(index, person)| {
            person.judged.iter().map(move |(confidence, right)| Judged {
                confidence: *confidence,
                right: *right,
                person: index,
            })
        });
        let pool = Pool::new(judged.collect());
        let ece = pool.ece(&vec![1; people.len()]);
        writeln!(
            out,
            "{name}: {} people with journeys that they came back to and others; expected calibration error {ece:.3}",
            auc.people
        )?;
        for (order, name) in ORDERS.iter().enumerate() {
            writeln!(
                out,
                "  {name:<22} {:>24} {:>24}",
                auc.cell(order),
                ndcg.cell(order)
            )?;
        }
        Ok(())
    }
}

/// Means over people by each order, and the models' differences to the best baseline.
struct Column {
    people: usize,
    means: [f64; ORDERS.len()],
    differences: Vec<wayline::evaluate::Figure>,
}

impl Column {
    /// The mean over people of the mean over each one's moments.
    fn of(people: &[&Person], values: impl Fn(&Person) -> Option<[f64; ORDERS.len()]>) -> Self {
        let mut by_user: BTreeMap<&str, Vec<[f64; ORDERS.len()]>> = BTreeMap::new();
        for person in people {
            if let Some(values) = values(person) {
                by_user.entry(&person.user_id).or_default().push(values);
            }
        }
        let rows: Vec<[f64; ORDERS.len()]> = by_user
            .into_values()
            .map(|moments| {
                let sum = |order: usize| moments.iter().map(|it| it[order]).sum::<f64>();
                std::array::from_fn(|order| sum(order) / moments.len() as f64)
            })
            .collect();
        let means = |weights: &[u32]| -> [f64; ORDERS.len()] {
            let count: u32 = weights.iter().sum();
            std::array::from_fn(|order| {
                let rows = rows.iter().zip(weights);
                rows.map(|(row, weight)| row[order] * f64::from(*weight))
                    .sum::<f64>()
                    / f64::from(count)
            })
        };
        let all = means(&vec![1; rows.len()]);
        let best = (0..BASELINES).fold(0, |best, it| if all[it] > all[best] { it } else { best });
        let differences = |weights: &[u32]| -> Vec<f64> {
            let means = means(weights);
            means[BASELINES..]
                .iter()
                .map(|mean| mean - means[best])
                .collect()
        };
        let everybody = differences(&vec![1; rows.len()]);
        Self {
            people: rows.len(),
            means: all,
            differences: bootstrap::figures(
                rows.len(),
                Resampling::default(),
                everybody,
                differences,
            ),
        }
    }

    fn cell(&self, order: usize) -> String {
        let mean = self.means[order];
        let Some(figure) = order.checked_sub(BASELINES).map(|it| self.differences[it]) else {
            return format!("{mean:.3}{:17}", "");
        };
        with_difference(mean, &figure)
    }
}
