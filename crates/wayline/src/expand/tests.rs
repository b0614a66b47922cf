use super::*;
use crate::config::Config;
use crate::embed::Embedder;

fn journey(name: &str, keywords: &[&str], related: &[&str]) -> SourceJourney {
    let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
    SourceJourney {
        name: name.to_owned(),
        also: Vec::new(),
        keywords: owned(keywords),
        related: owned(related),
    }
}

fn table(journeys: &[SourceJourney]) -> (RelatedTable, BuildCounts) {
    let known = KnownJourneys::new(journeys, &|_| true);
    let (text, counts) = build_table(&known, Embedder::builtin(), None, &|_| true);
    let table = RelatedTable::from_jsonl(&text, Embedder::builtin()).expect("a table");
    (table, counts)
}

fn meaning(texts: &[&str]) -> Vec<f32> {
    let embedder = Embedder::builtin();
    let mut sum = vec![0.0; embedder.dimensions()];
    let mut one = sum.clone();
    for text in texts {
        embedder.embed(text, &mut one);
        sum.iter_mut().zip(&one).for_each(|(sum, one)| *sum += one);
    }
    let length = sum.iter().map(|it| it * it).sum::<f32>().sqrt();
    sum.iter().map(|it| it / length).collect()
}

fn names(related: &[Related]) -> Vec<&str> {
    related.iter().map(|it| it.name.as_str()).collect()
}

#[test]
fn what_a_person_does_already_is_not_offered_and_the_rest_once() {
    let (table, _) = table(&[
        journey(
            "Beach Wedding",
            &["beach wedding dress", "barefoot ceremony"],
            &[
                "Honeymoon In Thailand",
                "Wedding Cake Baking",
                "Bridal Hair",
            ],
        ),
        journey(
            "Hair Growth",
            &["rosemary oil for hair growth"],
            &["Bridal Hair", "Curly Hair Care"],
        ),
    ]);
    let config = Config::builtin().expand;
    let wedding = meaning(&["beach wedding dress", "beach wedding ideas"]);
    let hair = meaning(&["rosemary oil hair growth", "hair growth tips"]);
    let cake = meaning(&["wedding cake baking"]);
    let tractors = meaning(&["vintage tractor carburetor"]);
    let here = |name, meaning, score, is_hidden| Here {
        name,
        meaning,
        score,
        is_hidden,
    };
    let all = related(
        &table,
        &[
            here("Beach Wedding Ideas", &wedding, 0.9, false),
            here("Hair Growth Tips", &hair, 0.5, false),
            here("Wedding Cake", &cake, 0.4, true),
            here("Tractors", &tractors, 0.3, false),
        ],
        &config,
    );
    assert_eq!(names(&all[0]), ["Honeymoon In Thailand", "Bridal Hair"]);
    assert_eq!(names(&all[1]), ["Curly Hair Care"]);
    assert!(all[2].is_empty() && all[3].is_empty(), "{all:?}");
    assert_eq!(all[0][0].because, "Beach Wedding");
    let scores: Vec<f64> = all[0].iter().map(|it| it.score).collect();
    assert!(scores[0] > scores[1] && scores[0] <= 0.9, "{scores:?}");
    let none = ExpandConfig { most: 0, ..config };
    let all = related(&table, &[here("x", &wedding, 1.0, false)], &none);
    assert_eq!(all, [vec![]]);
}

#[test]
fn a_table_says_each_thing_once() {
    let (table, counts) = table(&[
        journey(
            "Barn Wedding",
            &["rustic barn"],
            &["Barn Weddings", "Honeymoon", "honeymoon"],
        ),
        journey("honeymoons", &[], &["Baby Names"]),
        journey("barn  wedding", &[], &["Newlywed Home"]),
    ]);
    assert_eq!((counts.journeys, counts.merged), (2, 1));
    let of_barn: Vec<String> = table.related(0).map(|it| it.name.to_owned()).collect();
    assert_eq!(of_barn, ["honeymoons", "Newlywed Home"]);
    assert_eq!(counts.duplicates, 2);
    assert!(counts.linked >= 1);
}

#[test]
fn a_table_of_another_kind_is_refused() {
    let embedder = Embedder::builtin();
    let refused = |text: &str| {
        let refused = RelatedTable::from_jsonl(text, embedder);
        refused.expect_err("refused").to_string()
    };
    assert!(refused("").contains("expand build"));
    assert!(refused("{\"model\":\"ranker\"}").contains("expand build"));
    let head = |hash: &str| {
        format!(
            "{{\"table\":\"wayline related journeys\",\"version\":1,\"embedder\":\"{hash}\"}}\n"
        )
    };
    assert!(refused(&head("other")).contains("embedder other"));
    let bad =
        head(embedder.hash()) + "\n{\"name\":\"x\",\"related\":[{\"name\":\"y\",\"weight\":2}]}";
    assert!(refused(&bad).contains("line 3"));
}

#[test]
fn the_table_that_ships_can_be_read() {
    assert!(RelatedTable::builtin().len() > 200);
}
