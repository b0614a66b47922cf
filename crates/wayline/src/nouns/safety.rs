//! What the check of a text says.

use serde::{Deserialize, Serialize};

/// What may be done with a text, the mildest first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing speaks against it.
    #[default]
    Ok,
    /// Legitimate, but not for everybody's eyes: fine on the person's own list, not in a notification.
    Sensitive,
    /// Not to be shown to anybody.
    Withhold,
}

impl Verdict {
    /// As it is written in results.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Sensitive => "sensitive",
            Self::Withhold => "withhold",
        }
    }
}

/// The verdict on a text, with what it rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What may be done with the text.
    pub verdict: Verdict,
    /// What was found; none where the verdict is `ok`.
    pub reason: Option<Reason>,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// What was found in a text. [`code`](Reason::code) is how it is written in results and in the
        /// config.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum Reason {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $name,)+
        }

        impl Reason {
            /// All of them, in the order in which they are documented.
            pub const ALL: &[Reason] = &[$(Reason::$name),+];

            /// As it is written.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

reasons! {
    /// An e-mail address.
    Email = "personal_data.email",
    /// A phone number.
    Phone = "personal_data.phone",
    /// The number of a payment card.
    Card = "personal_data.card",
    /// The number of a bank account: an IBAN.
    Bank = "personal_data.bank",
    /// A number by which a state or an insurance knows a person: social security, passport, identity card.
    Identity = "personal_data.identity",
    /// Where somebody lives: street and house number, or exact coordinates.
    Address = "personal_data.address",
    /// A birth date.
    Birth = "personal_data.birth",
    /// The number, or the password, of an account or a customer.
    Account = "personal_data.account",
    /// Sexual content.
    Adult = "adult",
    /// Contempt for groups of people, and extremism.
    Hate = "hate",
    /// Suicide, self-injury, ways to starve.
    SelfHarm = "self_harm",
    /// Illegal drugs and the abuse of legal ones.
    Drugs = "drugs",
    /// How to hurt, rob, deceive or spy on somebody, and what is sold for it.
    Crime = "crime",
    /// A word that the config withholds.
    Word = "word",
    /// Illness, treatment, disability.
    Health = "health",
    /// Mental illness and its treatment.
    MentalHealth = "mental_health",
    /// Getting away from drugs, alcohol, gambling.
    Addiction = "addiction",
    /// Pregnancy, its loss, fertility, contraception.
    Pregnancy = "pregnancy",
    /// Death of somebody near, funerals, grief.
    Bereavement = "bereavement",
    /// Debt and poverty.
    Debt = "debt",
    /// What somebody believes.
    Religion = "religion",
    /// Sexual orientation, gender identity, sexual health.
    Sexuality = "sexuality",
    /// Moving to another country for good, asylum, citizenship.
    Immigration = "immigration",
    /// Divorce, custody, adoption, violence at home.
    Family = "family",
    /// Trouble with the law.
    Legal = "legal",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_config_write_the_same_codes() {
        for reason in Reason::ALL {
            let written = serde_json::to_string(reason).expect("a text");
            assert_eq!(written, format!("\"{}\"", reason.code()));
        }
        for verdict in [Verdict::Ok, Verdict::Sensitive, Verdict::Withhold] {
            let written = serde_json::to_string(&verdict).expect("a text");
            assert_eq!(written, format!("\"{}\"", verdict.code()));
        }
        assert!(Verdict::Ok < Verdict::Sensitive && Verdict::Sensitive < Verdict::Withhold);
    }
}
