//! The files of `data/safety` inside the binary.

use crate::nouns::Reason;

/// A file's name and text.
type File = (&'static str, &'static str);

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../data/safety/", $name)))
    };
}

macro_rules! lists {
    ($($reason:ident $name:literal,)+) => {
        &[$((Reason::$reason, $name, include_str!(concat!("../../data/safety/", $name))),)+]
    };
}

/// Words of each reason.
pub(super) const LISTS: &[(Reason, &str, &str)] = lists![
    Adult "adult.txt",
    Hate "hate.txt",
    SelfHarm "self_harm.txt",
    Drugs "drugs.txt",
    Crime "crime.txt",
    Health "health.txt",
    MentalHealth "mental_health.txt",
    Addiction "addiction.txt",
    Pregnancy "pregnancy.txt",
    Bereavement "bereavement.txt",
    Debt "debt.txt",
    Religion "religion.txt",
    Sexuality "sexuality.txt",
    Immigration "immigration.txt",
    Family "family.txt",
    Legal "legal.txt",
];

/// Groups of words that entries name.
pub(super) const GROUPS: &[File] = &[file!("groups.txt")];
/// Phrases inside which no word counts.
pub(super) const ALLOWED: &[File] = &[file!("allowed.txt")];
/// Words that make something milder of what stands beside them.
pub(super) const HELP: &[File] = &[file!("help.txt")];
/// Words that are no slips of listed ones.
pub(super) const INNOCENT: &[File] = &[file!("innocent.txt")];

/// The group whose words keep help from being taken for help: whoever buys or makes it.
pub(super) const SELLING: &str = "selling";
/// The group of words for children: entries with it are never softened.
pub(super) const MINORS: &str = "minors";
/// The groups that say what a number beside them is.
pub(super) const PHONE: &str = "phone";
/// Words for the numbers of papers.
pub(super) const IDENTITY: &str = "identity";
/// Words for the numbers of accounts.
pub(super) const ACCOUNT: &str = "account";
/// Words that say when somebody was born.
pub(super) const BORN: &str = "born";
/// Words that say that a date is a birthday, of whatever year.
pub(super) const BIRTHDAY: &str = "birthday";
/// Words of streets.
pub(super) const STREET: &str = "street";
/// Words after which a number is one of a thing, not of a person.
pub(super) const THING: &str = "thing";
/// Words for digits.
pub(super) const DIGIT: &str = "digit";
/// Words for the sign of e-mail.
pub(super) const AT: &str = "at";
/// Words that say where somebody lives, without a word for a street.
pub(super) const HOME: &str = "home";
/// Words beside which a number is a payment card's.
pub(super) const CARD: &str = "card";
/// Words for the plates of cars.
pub(super) const PLATE: &str = "plate";
/// Words for addresses on the net.
pub(super) const NET: &str = "net";
/// The groups whose words are known when they are misspelt beside a number.
pub(super) const HINTS: &[&str] = &[
    PHONE, IDENTITY, ACCOUNT, BORN, BIRTHDAY, STREET, HOME, CARD, PLATE,
];
