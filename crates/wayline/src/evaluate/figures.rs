use std::fmt;

use serde::Serialize;

/// A measured value and how far it may be off.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figure {
    /// The value, 0..1 unless it says otherwise; 0 where nothing could be measured.
    pub value: f64,
    /// Where 95 % of the values lie when people are drawn anew; none without resamples, or where
    /// no resample had anything to measure.
    pub interval: Option<Interval>,
}

/// As `0.542 (0.474 .. 0.607)`, or the value alone where there is no interval.
impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.interval {
            Some(it) => format!("{:.3} ({:.3} .. {:.3})", self.value, it.low, it.high),
            None => format!("{:.3}", self.value),
        };
        formatter.pad(&text)
    }
}

/// From the 2.5th to the 97.5th percentile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// Declares a struct of figures: its fields carry the key in JSON, a label in tables and the
/// documentation. With plain numbers (`Name<f64>`) it is one measurement, with [`Figure`] the
/// result that is reported.
macro_rules! figures {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name<T = $crate::evaluate::Figure> {
            $($(#[$field_doc])* pub $field: T,)+
        }

        impl $name<f64> {
            fn values(&self) -> Vec<f64> {
                vec![$(self.$field),+]
            }
        }

        impl $name<$crate::evaluate::Figure> {
            fn from_list(list: Vec<$crate::evaluate::Figure>) -> Self {
                let mut list = list.into_iter();
                Self { $($field: list.next().unwrap_or_default(),)+ }
            }

            /// Each figure with its key in JSON and its label in tables, in the order of the fields.
            #[must_use]
            pub fn list(&self) -> Vec<(&'static str, &'static str, $crate::evaluate::Figure)> {
                vec![$((stringify!($field), $label, self.$field)),+]
            }
        }
    };
}
pub(super) use figures;
