use super::*;
use crate::distil::{Conversation, Turn};
use crate::text_model::Role;

const DATA: &str = "<data>\n{\"keywords\":[[0,\"barn wedding\",2,1,0],[1,\"vows\",1,1,0]]}\n\
                    {\"keywords\":[[2,\"brakes\",1,1,0],[4,\"oak\",1,1,0]],\"boards\":[\"b\"]}\n\
                    {\"left_out\":{\"keywords\":1,\"events\":1}}\n</data>";

fn line(asked: &str, reply: &str) -> String {
    let turn = |role, content: &str| Turn {
        role,
        content: content.to_owned(),
    };
    let messages = vec![
        turn(Role::System, "find"),
        turn(Role::User, asked),
        turn(Role::Assistant, reply),
    ];
    Conversation { messages }.json() + "\n"
}

fn asked(person: u32) -> String {
    DATA.replace("vows", &format!("vows {person}"))
}

const TEACHER: &str =
    r#"{"journeys":[{"name":"barn wedding","keywords":[0,1]},{"name":"car","keywords":[2]}]}"#;

fn compared(replies: &[Option<&str>]) -> StudentScores {
    let people = (0_u32..).zip(replies);
    let (mut teacher, mut student) = (String::new(), line("something else", "{}"));
    for (person, reply) in people {
        teacher += &line(&asked(person), TEACHER);
        student += &reply.map_or_else(String::new, |reply| line(&asked(person), reply));
    }
    of_replies(&teacher, &student, Resampling::default()).expect("good files")
}

#[test]
fn a_student_that_says_the_same_agrees_in_all() {
    let scores = compared(&[Some(TEACHER), Some(TEACHER)]);
    for (key, _, figure) in scores.figures.list() {
        assert_eq!(figure.value, 1.0, "{key}");
    }
    assert_eq!(
        (
            scores.people,
            scores.teacher_journeys,
            scores.student_journeys
        ),
        (2, 4, 4)
    );
}

#[test]
fn replies_that_break_the_form_are_told_apart() {
    let scores = compared(&[
        Some(TEACHER),
        Some("Sure! {\"journeys\":[]}"),
        Some("{\"journeys\":[{\"name\":\"a\",\"keywords\":[0"),
        Some("{\"journeys\":[{\"name\":\"a\"}]}"),
        Some("{\"journeys\":[{\"name\":\"a\",\"keywords\":[3]}]}"),
        Some("{\"journeys\":[{\"name\":\"a\",\"keywords\":[0,0]}]}"),
        None,
    ]);
    let expected = ReplyCounts {
        good: 1,
        not_json: 2,
        not_schema: 1,
        not_checked: 2,
        missing: 1,
        strangers: 1,
    };
    assert_eq!(scores.replies, Some(expected));
    let obedience = scores.figures.format_obedience;
    assert_eq!(obedience.value, 1.0 / 7.0);
    assert!(obedience.interval.expect("drawn").low < 1.0 / 7.0);
    // Of what can't be used nothing is compared.
    assert_eq!(scores.figures.b3.value, 1.0);
}

#[test]
fn groupings_are_compared_over_what_either_puts_into_a_journey() {
    let reply = r#"{"journeys":[{"name":"Wedding","keywords":[0]},{"name":"oak","keywords":[4]}]}"#;
    let scores = compared(&[Some(reply)]);
    let StudentFigures {
        b3_p,
        b3_r,
        journey_recall,
        journey_precision,
        name_token_f1,
        ..
    } = scores.figures;
    // Keywords 0, 1, 2 and 4; the student has each alone.
    assert_eq!((b3_p.value, b3_r.value), (1.0, 0.75));
    assert_eq!((journey_recall.value, journey_precision.value), (0.5, 0.5));
    assert_eq!(name_token_f1.value, 2.0 / 3.0);
}

#[test]
fn names_of_any_script_can_be_the_same() {
    assert_eq!(same_name("京都 旅行", "京都  旅行"), 1.0);
    assert_eq!(same_name("京都 旅行", "東京"), 0.0);
}

#[test]
fn runs_are_compared_by_keywords() {
    let journeys =
        |name: &str| format!("{{\"user_id\":\"a\",\"journey_id\":\"j\",\"name\":\"{name}\"}}\n");
    let keyword = |user: &str, keyword: &str, journey: &str| {
        format!("{{\"user_id\":\"{user}\",\"keyword\":\"{keyword}\",\"journey_id\":{journey}}}\n")
    };
    let teacher = Predictions::from_jsonl(
        &journeys("barn wedding"),
        &[
            keyword("a", "vows", "\"j\""),
            keyword("a", "Barn", "\"j\""),
            keyword("b", "x", "null"),
        ]
        .concat(),
    );
    let student = Predictions::from_jsonl(
        &journeys("wedding"),
        &[keyword("a", "barn", "\"j\""), keyword("c", "x", "\"k\"")].concat(),
    );
    let scores = of_runs(
        &teacher.expect("rows"),
        &student.expect("rows"),
        Resampling::default(),
    );
    assert_eq!(
        (
            scores.people,
            scores.teacher_journeys,
            scores.student_journeys
        ),
        (2, 1, 1)
    );
    assert_eq!(scores.figures.b3_r.value, 0.5);
    assert_eq!(scores.figures.name_token_f1.value, 2.0 / 3.0);
    let report = scores.report();
    assert!(report.figures.iter().all(|it| it.0 != "format_obedience"));
    assert!(report.counts.iter().all(|it| it.0 != "missing"));
}

#[test]
fn what_cannot_be_read_is_named() {
    let wrong = |teacher: &str, student: &str| {
        let error = of_replies(teacher, student, Resampling::default()).expect_err("wrong");
        error.to_string()
    };
    let good = line(DATA, TEACHER);
    assert!(wrong("\n{}", "").starts_with("teacher, line 2"));
    assert!(wrong(&good, "{\"messages\":[]}").contains("needs a message"));
    assert!(wrong(&line(DATA, "no"), "").starts_with("teacher, line 1, column messages"));
    assert!(wrong(&line("no data", TEACHER), "").contains("<data>"));
}
