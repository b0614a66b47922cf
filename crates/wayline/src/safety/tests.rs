use proptest::prelude::*;

use super::*;
use crate::config::Config;

fn builtin() -> Safety {
    Safety::new(&Config::builtin().safety, &Classifier::unknowing()).expect("the shipped lists")
}

fn said(safety: &Safety, text: &str) -> (&'static str, &'static str) {
    let checked = safety.check(text);
    (
        checked.verdict.code(),
        checked.reason.map_or("", Reason::code),
    )
}

#[test]
fn lists_patterns_and_disguises() {
    let safety = builtin();
    for (text, expected) in [
        ("barn wedding centerpieces", ("ok", "")),
        ("free porn videos", ("withhold", "adult")),
        ("buy c.o.c.a.i.n.e cheap", ("withhold", "drugs")),
        ("suicide prevention walk", ("sensitive", "mental_health")),
        (
            "call me on +44 7700 900123",
            ("withhold", "personal_data.phone"),
        ),
        ("chemo wig", ("sensitive", "health")),
    ] {
        assert_eq!(said(&safety, text), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_has_a_verdict(text in "\\PC{0,60}|.{0,60}|[a-z0-9@.*$ +-]{0,60}") {
        thread_local! { static SAFETY: Safety = builtin(); }
        let first = SAFETY.with(|safety| safety.check(&text));
        prop_assert_eq!(first, SAFETY.with(|safety| safety.check(&text)));
        prop_assert_eq!(first.verdict == Verdict::Ok, first.reason.is_none());
    }
}
