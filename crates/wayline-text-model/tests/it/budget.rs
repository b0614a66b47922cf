//! What a run may spend.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wayline::text_model::{Remedy, Request, TextModel, TextModelError};
use wayline_text_model::{Budgeted, ByFunction, Limits, Purse, Settings, at_once};

use crate::stub::{Answer, Stub};
use crate::{opened, reply, settings};

/// May take (36 bytes of text) / 2 + 2 × 16 + 50 = 100 tokens, and takes 15.
fn request(number: usize) -> Request {
    Request::new(
        "0123456789",
        &format!("0123456789012345678901{number:04}"),
        50,
    )
}

fn limits(tokens: u64) -> Limits {
    Limits {
        tokens: Some(tokens),
        ..Limits::default()
    }
}

fn spending(limits: Limits) -> (impl TextModel, Arc<Purse>, Arc<AtomicU64>) {
    let purse = Arc::new(Purse::new(limits));
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let model = ByFunction::new("m", move |_: &Request| {
        count.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(5));
        Ok(reply("hello"))
    });
    (Budgeted::new(model, Arc::clone(&purse)), purse, asked)
}

#[test]
fn a_run_stops_before_it_spends_too_much() {
    let (model, purse, asked) = spending(limits(200));
    let replies: Vec<_> = (0..20).map(|it| model.reply(&request(it))).collect();
    // 7 × 15 are spent, and another one may take 100.
    assert_eq!(replies.iter().filter(|it| it.is_ok()).count(), 7);
    assert_eq!(asked.load(Ordering::Relaxed), 7);
    assert_eq!(purse.spent().total(), 105);
    assert_eq!(purse.tokens_left(), Some(95));
    let error = replies[7].as_ref().expect_err("spent");
    assert_eq!(error.remedy(), Remedy::Stop);
    assert!(
        error.to_string().contains(
            "105 of 200 tokens are spent, 95 are left, and the next request may take 100"
        ),
        "{error}"
    );
    // What would fit isn't asked either: where a run stopped is plain.
    let small = model.reply(&Request::new("", "", 1));
    assert!(matches!(small, Err(TextModelError::BudgetSpent { .. })));
}

#[test]
fn threads_spend_no_more_together() {
    let (model, purse, _) = spending(limits(1_000));
    let replies = at_once(0..200, 16, |it| model.reply(&request(it)));
    let paid = replies.iter().filter(|it| it.is_ok()).count() as u64;
    assert_eq!(purse.spent().total(), 15 * paid);
    assert!(purse.spent().total() <= 1_000);
    // Calls on their way are waited for, so as many are asked as by one thread alone.
    assert_eq!(paid, 61);
}

#[test]
fn money_is_counted_by_the_prices() {
    let (model, purse, _) = spending(Limits {
        money: Some(1.0),
        prompt_price: 1_000.0,
        completion_price: 4_000.0,
        ..Limits::default()
    });
    // 10 read and 5 written cost 0.03; at most 50 read and 50 written would cost 0.25.
    let paid = (0..100).filter(|it| model.reply(&request(*it)).is_ok());
    assert_eq!(paid.count(), 26);
    assert!((purse.money_spent() - 0.78).abs() < 1e-9);
    assert!((purse.money_left().expect("a limit") - 0.22).abs() < 1e-9);
}

#[test]
fn what_may_have_been_billed_counts_and_what_was_refused_does_not() {
    let failing = |error: fn() -> TextModelError| {
        let purse = Arc::new(Purse::new(limits(1_000)));
        let model = ByFunction::new("m", move |_: &Request| Err(error()));
        let model = Budgeted::new(model, Arc::clone(&purse));
        model.reply(&request(0)).expect_err("it fails");
        purse.spent().total()
    };
    assert_eq!(
        failing(|| TextModelError::TimedOut {
            endpoint: String::new(),
            seconds: 1.0
        }),
        100
    );
    assert_eq!(
        failing(|| TextModelError::Unreachable {
            endpoint: String::new(),
            reason: String::new()
        }),
        0
    );
}

#[test]
fn the_summary_says_what_was_spent_and_left() {
    let stub = Stub::always(|| Answer::says("hello"));
    let folder = tempfile::tempdir().expect("a folder");
    let model = opened(&Settings {
        budget_tokens: 1_000,
        price_prompt: 100.0,
        price_completion: 100.0,
        budget_money: 1.0,
        cache: folder.path().to_owned(),
        ..settings(&stub.url())
    });
    for it in [0, 0, 1] {
        model.reply(&request(it)).expect("paid");
    }
    let counts = model.counts();
    assert_eq!((counts.asked, counts.cached, counts.called), (3, 1, 2));
    assert_eq!((counts.retried, counts.repairs, counts.failed), (0, 0, 0));
    assert_eq!(counts.tokens_left, Some(970));
    assert_eq!(
        counts.to_string(),
        "3 asked of the model: 1 from the cache, 2 calls, 0 of them retries, 0 repairs, 0 failed; \
         20 tokens read and 10 written, for 0.0030; 970 tokens of the budget left; 0.9970 of the \
         budget left"
    );
}
