//! The section `[text_model]`.

use wayline_text_model::{Cancel, OpenError, Settings, Structure, open};

fn read(json: &str) -> Result<Settings, serde_json::Error> {
    serde_json::from_str(json)
}

#[test]
fn without_a_url_there_is_no_model() {
    let settings = read("{}").expect("the defaults");
    assert_eq!(settings, Settings::default());
    settings.check().expect("good");
    assert!(open(&settings, &Cancel::default()).expect("good").is_none());
}

#[test]
fn keys_are_known_and_in_range() {
    let settings = read(r#"{"url":"http://h/v1","model":"m","structure":"words"}"#);
    let settings = settings.expect("known");
    assert_eq!(settings.structure, Structure::Words);
    settings.check().expect("good");
    read(r#"{"uri":"http://h/v1"}"#).expect_err("unknown");
    for (change, key) in [
        (r#""url":"http://h/v1""#, "model"),
        (r#""concurrency":0"#, "concurrency"),
        (r#""concurrency":1001"#, "concurrency"),
        (r#""timeout_s":0"#, "timeout_s"),
        (r#""tries":0"#, "tries"),
        (r#""rest_s":-1"#, "rest_s"),
        (r#""max_tokens":1000001"#, "max_tokens"),
        (r#""max_reply_bytes":10"#, "max_reply_bytes"),
        (r#""budget_money":-1"#, "budget_money"),
        (r#""budget_money":1"#, "budget_money"),
        (r#""price_prompt":-1"#, "price_prompt"),
        (r#""model":"m","replay":"a","record":"b""#, "record"),
    ] {
        let error = read(&format!("{{{change}}}")).expect("known").check();
        let error = error.expect_err(change);
        assert_eq!(error.key, key, "{error}");
        assert!(error.to_string().starts_with("text_model."), "{error}");
    }
    let odd = Settings {
        timeout_s: f64::NAN,
        ..Settings::default()
    };
    odd.check().expect_err("no number");
}

#[test]
fn a_key_that_isnt_there_keeps_a_run_from_starting() {
    let settings = read(r#"{"url":"http://h/v1","model":"m","key_env":"WAYLINE_NO_SUCH_KEY"}"#);
    let error = open(&settings.expect("known"), &Cancel::default());
    let error = error.err().expect("refused");
    assert!(matches!(error, OpenError::Key(_)), "{error}");
    assert!(error.to_string().contains("WAYLINE_NO_SUCH_KEY"), "{error}");
}
