use super::super::fold::{words, written};
use super::super::lists::Lists;
use super::Disguise;

#[test]
fn disguised_words_are_read_as_they_are_meant() {
    let lists = Lists::new(&[], &[]).expect("the shipped lists");
    let disguise = Disguise::new(&lists);
    let read = |text: &str| {
        let written = written(text);
        let undone = disguise.undone(&written, &lists);
        undone.unwrap_or_else(|| words(&written)).trim().to_owned()
    };
    for (text, expected) in [
        ("h3ro1n for sale", "heroin for sale"),
        ("p.o.r.n videos", "porn videos"),
        ("p o r n videos", "porn videos"),
        ("p-o-r-n", "porn"),
        ("po rn videos", "porn videos"),
        ("coc aine", "cocaine"),
        ("coooocaine", "cocaine"),
        ("cocane", "cocaine"),
        ("s*icide", "suicide"),
        ("сосаіne", "cocaine"),
        ("c0c@ine", "cocaine"),
        ("k i l l y o u r s e l f", "kill yourself"),
        ("buycocaineonline", "buy cocaine online"),
        ("#killyourself", "kill yourself"),
        ("buystolencreditcards", "buy stolen credit cards"),
        ("heroinkaufen", "heroin kaufen"),
        ("$uicide", "suicide"),
        ("porn69", "porn"),
        ("p|o|r|n", "porn"),
        ("p🍆o🍆r🍆n", "porn"),
        ("c**aine", "cocaine"),
        ("d34th t0 4r4bs", "death to arabs"),
        ("kokayne", "cocaine"),
        // Nothing is disguised in these.
        ("a barn wedding in june", "a barn wedding in june"),
        ("size m l xl xxl", "size m l xl xxl"),
        ("my hero in history", "my hero in history"),
        ("3d printer 10 x 12", "3d printer 10 x 12"),
        ("therapist finder", "therapist finder"),
        ("книги для детей", "книги для детеи"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}
