//! What people type and what items carry that belongs to no journey.

use super::dice::Dice;

/// Annotations that say nothing about a goal, the most common first.
pub(super) const GENERIC: &[&str] = &[
    "ideas",
    "inspiration",
    "home",
    "tips",
    "diy",
    "aesthetic",
    "design",
    "style",
    "beautiful",
    "how to",
    "cute",
    "creative",
    "simple",
    "products",
    "guide",
    "trends",
    "modern",
    "lifestyle",
    "photography",
    "easy",
    "colorful",
    "favorites",
    "gift ideas",
    "vintage",
    "minimalist",
    "tutorial",
    "must haves",
    "life hacks",
    "budget friendly",
    "family",
    "weekend",
    "shopping",
    "art",
    "quotes",
    "summer",
    "mood board",
    "wallpaper",
    "black and white",
    "cozy",
    "things to do",
];

/// Sites that people search for instead of typing their address: (search, home page).
const SITES: &[(&str, &str)] = &[
    ("facebook", "https://www.facebook.com/"),
    ("youtube", "https://www.youtube.com/"),
    ("youtube login", "https://www.youtube.com/"),
    ("gmail", "https://mail.google.com/"),
    ("gmail sign in", "https://mail.google.com/"),
    ("amazon", "https://www.amazon.com/"),
    ("ebay", "https://www.ebay.com/"),
    ("netflix", "https://www.netflix.com/"),
    ("netflix login", "https://www.netflix.com/"),
    ("instagram", "https://www.instagram.com/"),
    ("pinterest", "https://www.pinterest.com/"),
    ("etsy", "https://www.etsy.com/"),
    ("paypal", "https://www.paypal.com/"),
    ("wikipedia", "https://www.wikipedia.org/"),
    ("whatsapp web", "https://web.whatsapp.com/"),
    ("google maps", "https://maps.google.com/"),
    ("google translate", "https://translate.google.com/"),
    ("linkedin", "https://www.linkedin.com/"),
    ("spotify", "https://www.spotify.com/"),
    ("bbc news", "https://www.bbc.co.uk/"),
    ("reddit", "https://www.reddit.com/"),
    ("outlook", "https://outlook.live.com/"),
    ("hotmail login", "https://outlook.live.com/"),
    ("yahoo mail", "https://mail.yahoo.com/"),
    ("ikea", "https://www.ikea.com/"),
    ("walmart", "https://www.walmart.com/"),
    ("target", "https://www.target.com/"),
    ("craigslist", "https://www.craigslist.org/"),
    ("zoom", "https://zoom.us/"),
    ("dropbox", "https://www.dropbox.com/"),
    ("facebook.com", "https://www.facebook.com/"),
    ("www.amazon.co.uk", "https://www.amazon.co.uk/"),
    ("imdb", "https://www.imdb.com/"),
    ("tiktok", "https://www.tiktok.com/"),
    ("chase online banking", "https://www.chase.com/"),
    ("hsbc log in", "https://www.hsbc.co.uk/"),
];

const PLACES: &[&str] = &[
    "leeds", "austin", "glasgow", "denver", "cork", "portland", "bristol", "tampa", "york",
    "boise", "norwich", "tucson", "dundee", "omaha", "bath", "fresno", "cardiff", "tulsa",
    "exeter", "reno", "derby", "mesa", "hull", "salem", "oxford", "macon", "perth", "dayton",
    "truro", "eugene",
];
const SHOPS: &[&str] = &[
    "post office",
    "library",
    "pharmacy",
    "supermarket",
    "swimming pool",
    "town hall",
    "dentist",
    "bank",
    "recycling centre",
    "barber",
    "garden centre",
    "hardware store",
    "cinema",
    "petrol station",
    "vet",
    "locksmith",
    "dry cleaner",
    "bakery",
];
const DISHES: &[&str] = &[
    "shakshuka",
    "fish pie",
    "pad thai",
    "chilli",
    "carbonara",
    "banana bread",
    "leek soup",
    "fajitas",
    "risotto",
    "pancakes",
    "goulash",
    "lentil curry",
    "meatloaf",
    "quiche",
    "gnocchi",
    "stuffed peppers",
    "ramen",
    "shepherds pie",
    "crumble",
    "omelette",
];
const SONGS: &[&str] = &[
    "yellow submarine",
    "hallelujah",
    "africa",
    "jolene",
    "wonderwall",
    "zombie",
    "landslide",
    "respect",
    "creep",
    "fast car",
    "dreams",
    "vienna",
    "hurt",
    "layla",
    "starman",
    "valerie",
    "toxic",
    "roxanne",
    "halo",
    "iris",
];
const NAMES: &[&str] = &[
    "tom hanks",
    "judi dench",
    "zendaya",
    "idris elba",
    "adele",
    "keanu reeves",
    "meryl streep",
    "pedro pascal",
    "olivia colman",
    "harrison ford",
    "dolly parton",
    "david attenborough",
    "serena williams",
    "bill murray",
    "emma stone",
    "lionel messi",
];
const AMOUNTS: &[&str] = &[
    "17", "25", "40", "65", "80", "120", "150", "300", "450", "750", "1200", "2500",
];
const UNITS: &[(&str, &str)] = &[
    ("usd", "gbp"),
    ("miles", "km"),
    ("cups", "grams"),
    ("feet", "metres"),
    ("fahrenheit", "celsius"),
    ("ounces", "ml"),
    ("euros", "dollars"),
    ("stone", "kg"),
    ("acres", "hectares"),
    ("pints", "litres"),
];
const WORDS: &[&str] = &[
    "ubiquitous",
    "caveat",
    "egregious",
    "schadenfreude",
    "liaise",
    "pernicious",
    "moot",
    "affable",
    "quorum",
    "zeitgeist",
    "nonplussed",
    "bespoke",
    "gubernatorial",
    "ennui",
    "juxtapose",
    "mitigate",
    "obtuse",
    "palpable",
];
const COUNTRIES: &[&str] = &[
    "peru", "kenya", "norway", "laos", "chile", "estonia", "fiji", "ghana", "japan", "malta",
    "nepal", "oman", "qatar", "spain", "togo", "uruguay", "vietnam", "zambia",
];
const AILMENTS: &[&str] = &[
    "hiccups",
    "a stiff neck",
    "a bee sting",
    "heartburn",
    "a nosebleed",
    "a blister",
    "jet lag",
    "a paper cut",
    "chapped lips",
    "a stye",
    "leg cramp",
    "sunburn",
    "a headache behind the eye",
];
const DEVICES: &[&str] = &[
    "printer offline",
    "iphone stuck on logo",
    "laptop fan loud",
    "wifi keeps dropping",
    "kindle frozen",
    "headphones one side quiet",
    "tv no sound",
    "keyboard typing wrong letters",
    "phone storage full",
    "washing machine error e18",
    "boiler pressure low",
    "car key battery dead",
];
const DAYS: &[&str] = &[
    "bank holiday monday",
    "tonight",
    "tomorrow",
    "this weekend",
    "friday",
    "easter sunday",
    "saturday",
    "good friday",
    "today",
    "sunday",
];

/// A search for a site, with the address of its home page.
pub(super) fn navigational(dice: &mut Dice) -> (&'static str, &'static str) {
    let at = dice.early(SITES.len());
    SITES
        .get(at)
        .copied()
        .unwrap_or(("facebook", "https://www.facebook.com/"))
}

/// A search made once and for nothing longer: some 10,000 different ones.
pub(super) fn one_off(dice: &mut Dice) -> String {
    let place = dice.text(PLACES);
    let day = dice.text(DAYS);
    match dice.below(18) {
        0 => format!("weather {place} {day}"),
        1 => format!("{} opening hours {day}", dice.text(SHOPS)),
        2 => format!("{} {place}", dice.text(SHOPS)),
        3 => format!(
            "{} recipe {}",
            dice.text(DISHES),
            dice.text(&["tonight", "quick", "for two", "no oven"])
        ),
        4 => format!("{} lyrics", dice.text(SONGS)),
        5 => format!("how old is {}", dice.text(NAMES)),
        6 => {
            let (from, to) = dice.pick(UNITS).copied().unwrap_or(("miles", "km"));
            format!("{} {from} in {to}", dice.text(AMOUNTS))
        }
        7 => format!("{} meaning", dice.text(WORDS)),
        8 => format!("time in {} now", dice.text(COUNTRIES)),
        9 => format!("how to get rid of {}", dice.text(AILMENTS)),
        10 => dice.text(DEVICES).to_owned(),
        11 => format!("trains {place} to {}", dice.text(PLACES)),
        12 => format!("capital of {}", dice.text(COUNTRIES)),
        13 => format!(
            "{} {}",
            dice.text(NAMES),
            dice.text(&["movies", "net worth", "height", "interview", "wife"])
        ),
        14 => format!("power cut {place}"),
        15 => format!(
            "{} {day}",
            dice.text(&[
                "bin collection",
                "football scores",
                "lottery numbers",
                "tv guide"
            ])
        ),
        16 => format!("traffic {place} {day}"),
        _ => format!("phone number {} {place}", dice.text(SHOPS)),
    }
}
