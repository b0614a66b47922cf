use super::super::fold::{words, written};
use super::super::lists::Lists;
use super::Patterns;

#[test]
fn personal_data_is_told_from_other_numbers() {
    let lists = Lists::new(&[], &[]).expect("the shipped lists");
    let patterns = Patterns::new(&lists).expect("they fit");
    let mut wrong = Vec::new();
    for (text, expected) in CASES {
        let written = written(text);
        let found = lists.find(&words(&written));
        let found = patterns.find(&written, &found);
        let code = found.map_or("", |reason| reason.code());
        let code = code.trim_start_matches("personal_data.");
        if code != *expected {
            wrong.push(format!("{text}: {code}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// All invented: numbers of examples, ranges that are never given out, names of no one.
const CASES: &[(&str, &str)] = &[
    ("write to anna.example@example.org", "email"),
    ("anna (at) example (dot) org", "email"),
    ("a n n a @ e x a m p l e . o r g", "email"),
    ("write to a-n-n-a-@-e-x-a-m-p-l-e-.-o-r-g", "email"),
    ("a.n.n.a@e.x.a.m.p.l.e.org", "email"),
    ("анна@пример.рф", "email"),
    ("安娜@例子.中国", "email"),
    ("anna at example dot com", "email"),
    ("dinner at lago di como", ""),
    ("yoga at home", ""),
    ("@home decor", ""),
    ("+44 7700 900123", "phone"),
    ("0044 7700 900123", "phone"),
    ("(555) 234-5678", "phone"),
    ("555-234-5678", "phone"),
    ("020 7946 0958", "phone"),
    ("0171 1234567", "phone"),
    ("06 12 34 56 78", "phone"),
    ("090-1234-5678", "phone"),
    ("tel 612345", "phone"),
    (
        "call me five five five two three four five six seven eight",
        "phone",
    ),
    ("o7700 9oo123", "phone"),
    ("iphone 15 pro max 256gb", ""),
    ("part 06 12 34 56 78", ""),
    ("10-15-2024", ""),
    ("01.02.2024 18:00", ""),
    ("budget 1 000 000", ""),
    ("200 x 300 x 1500", ""),
    ("isbn 9780306406157", ""),
    ("lego 75192 10294 10307", ""),
    ("1990 2000 2010 fashion", ""),
    ("paint code 0123456789", "phone"),
    ("4111 1111 1111 1111", "card"),
    ("4111-1111-1111-1112", "card"),
    ("4111111111111112", ""),
    ("378282246310005", "card"),
    ("de89 3704 0044 0532 0130 00", "bank"),
    ("GB82 WEST 1234 5698 7654 32", "bank"),
    ("123-45-6789", "identity"),
    ("000-45-6789", ""),
    ("passport 533401234", "identity"),
    ("passport cover a5", ""),
    ("passport renewal 2024", ""),
    ("reisepass C01X00T47", "identity"),
    ("12345678z", "identity"),
    ("cpf 529.982.247-25", "identity"),
    ("born 12 march 1987", "birth"),
    ("geb. 12.03.1987", "birth"),
    ("Anna Example 12.03.1987", "birth"),
    ("save the date anna and tom 12.07.2027", ""),
    ("account number 12345678", "account"),
    ("password: hunter2", "account"),
    ("password manager", ""),
    ("visa 4111111111111112", "card"),
    ("cvv 123", "account"),
    ("my ssn is 2 1 9 - 0 9 - 9 9 9 9", "identity"),
    ("passport no. #9=1-2=8-0=3-8-4-7", "identity"),
    ("kennzeichen b ab 1234", "identity"),
    ("birthday 02/11/1979", "birth"),
    ("birthday party 02/11/2031", ""),
    ("my ip is 84.23.11.9", "account"),
    ("router ip 192.168.0.1", ""),
    ("347 123 4567", "phone"),
    ("lives at 22 maple hollow", "address"),
    ("lindenstraße 14 berlin", "address"),
    ("桜井町3丁目14番2号", "address"),
    ("12 Oak Street", "address"),
    ("12 oak drive", "address"),
    ("742 evergreen terrace, springfield", "address"),
    ("221b baker street", ""),
    ("20 minute drive", ""),
    ("route 66 road trip", ""),
    ("7 day road trip", ""),
    ("10 best places", ""),
    ("hauptstraße 12", "address"),
    ("lindenweg 5, 12345 musterstadt", "address"),
    ("romantische straße 3 tage", ""),
    ("verlobungsring 54", ""),
    ("calle mayor 15", "address"),
    ("plaza de españa 3 dias", ""),
    ("12 rue de la paix", "address"),
    ("rua das flores 123", "address"),
    ("via roma 12", "address"),
    ("via ferrata 3 cime", ""),
    ("kerkstraat 25", "address"),
    ("ul. kwiatowa 7", "address"),
    ("ул. ленина, д. 5", "address"),
    ("atatürk caddesi no 12", "address"),
    ("東京都新宿区西新宿2丁目8", "address"),
    ("〒160-0023", "address"),
    ("po box 1234", "address"),
    ("52.520008, 13.404954", "address"),
    ("5 easy st patricks day crafts", ""),
    ("1 bedroom apartment 600 sq ft", ""),
];
