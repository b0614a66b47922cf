//! Journeys and keywords as JSON objects, one a line.

use wayline::nouns::{
    Journey, JourneyKeyword, KeywordRow, PersonResult, Related, RunInfo, Sources,
};

use super::json_text::{
    push_float, push_integer, push_list, push_text, push_text_or_null, push_texts, push_time,
};

/// Writes rows as JSON lines; knows the `run` object, which is the same on every journey.
#[derive(Clone, Debug)]
pub(crate) struct JsonRows {
    run: Vec<u8>,
}

impl JsonRows {
    pub(crate) fn new(run: &RunInfo) -> Self {
        let mut text = Vec::new();
        text.extend_from_slice(b"{\"run_id\":");
        push_text(&mut text, &run.run_id);
        text.extend_from_slice(b",\"schema_version\":");
        push_integer(&mut text, i64::from(run.schema_version));
        text.extend_from_slice(b",\"config_hash\":");
        push_text(&mut text, &run.config_hash);
        text.extend_from_slice(b",\"models\":");
        push_text(&mut text, &run.models);
        text.extend_from_slice(b",\"corpus_hash\":");
        push_text(&mut text, &run.corpus_hash);
        text.extend_from_slice(b",\"as_of\":");
        push_time(&mut text, run.as_of);
        text.push(b'}');
        Self { run: text }
    }

    /// Appends the lines of a person's journeys.
    pub(crate) fn push_journeys(&self, person: &PersonResult, out: &mut Vec<u8>) {
        for journey in &person.journeys {
            self.push_journey(journey, out);
        }
    }

    fn push_journey(&self, journey: &Journey, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"user_id\":");
        push_text(out, &journey.user_id);
        out.extend_from_slice(b",\"journey_id\":");
        push_text(out, &journey.journey_id);
        out.extend_from_slice(b",\"rank\":");
        push_integer(out, i64::from(journey.rank));
        out.extend_from_slice(b",\"name\":");
        push_text(out, &journey.name);
        out.extend_from_slice(b",\"name_source\":");
        push_text(out, journey.name_source.as_str());
        out.extend_from_slice(b",\"name_reason\":");
        push_text_or_null(out, journey.name_reason.map(|reason| reason.as_str()));
        out.extend_from_slice(b",\"keywords\":");
        push_list(out, &journey.keywords, push_journey_keyword);
        out.extend_from_slice(b",\"interests\":");
        push_texts(out, &journey.interests);
        out.extend_from_slice(b",\"stage\":{\"lifecycle\":");
        push_text(out, journey.stage.lifecycle.as_str());
        out.extend_from_slice(b",\"status\":");
        push_text(out, journey.stage.status.as_str());
        out.extend_from_slice(b",\"phase\":");
        push_text_or_null(out, journey.stage.phase.map(|phase| phase.as_str()));
        out.extend_from_slice(b"},\"confidence\":");
        push_float(out, journey.confidence);
        out.extend_from_slice(b",\"score\":");
        push_float(out, journey.score);
        out.extend_from_slice(b",\"return_probability\":");
        push_float(out, journey.return_probability);
        out.extend_from_slice(b",\"started_at\":");
        push_time(out, journey.started_at);
        out.extend_from_slice(b",\"last_active_at\":");
        push_time(out, journey.last_active_at);
        out.extend_from_slice(b",\"events\":");
        push_integer(out, i64::from(journey.events));
        out.extend_from_slice(b",\"visits\":");
        push_integer(out, i64::from(journey.visits));
        out.extend_from_slice(b",\"boards\":");
        push_texts(out, &journey.boards);
        out.extend_from_slice(b",\"items\":");
        push_texts(out, &journey.items);
        out.extend_from_slice(if journey.hidden {
            b",\"hidden\":true".as_slice()
        } else {
            b",\"hidden\":false"
        });
        out.extend_from_slice(b",\"related\":");
        push_list(out, &journey.related, push_related);
        out.extend_from_slice(b",\"grouped_by\":");
        push_text(out, journey.grouped_by.as_str());
        out.extend_from_slice(b",\"safety\":{\"verdict\":");
        push_text(out, journey.safety.verdict.code());
        out.extend_from_slice(b",\"reason\":");
        push_text_or_null(out, journey.safety.reason.map(|reason| reason.code()));
        out.extend_from_slice(b"},\"run\":");
        out.extend_from_slice(&self.run);
        out.extend_from_slice(b"}\n");
    }

    /// Appends the lines of a person's keywords.
    pub(crate) fn push_keywords(&self, person: &PersonResult, out: &mut Vec<u8>) {
        for row in &person.keywords {
            push_keyword_row(row, out);
        }
    }
}

fn push_journey_keyword(out: &mut Vec<u8>, keyword: &JourneyKeyword) {
    out.extend_from_slice(b"{\"keyword\":");
    push_text(out, &keyword.keyword);
    out.extend_from_slice(b",\"sources\":");
    push_sources(out, keyword.sources);
    out.extend_from_slice(b",\"count\":");
    push_integer(out, i64::from(keyword.count));
    out.extend_from_slice(b",\"weight\":");
    push_float(out, keyword.weight);
    out.push(b'}');
}

fn push_related(out: &mut Vec<u8>, related: &Related) {
    out.extend_from_slice(b"{\"name\":");
    push_text(out, &related.name);
    out.extend_from_slice(b",\"score\":");
    push_float(out, related.score);
    out.extend_from_slice(b",\"because\":");
    push_text(out, &related.because);
    out.push(b'}');
}

fn push_keyword_row(row: &KeywordRow, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"user_id\":");
    push_text(out, &row.user_id);
    out.extend_from_slice(b",\"keyword\":");
    push_text(out, &row.keyword);
    out.extend_from_slice(b",\"journey_id\":");
    push_text_or_null(out, row.journey_id.as_deref());
    out.extend_from_slice(b",\"reason\":");
    push_text_or_null(out, row.reason.map(|reason| reason.as_str()));
    out.extend_from_slice(b",\"sources\":");
    push_sources(out, row.sources);
    out.extend_from_slice(b",\"count\":");
    push_integer(out, i64::from(row.count));
    out.extend_from_slice(b",\"first_seen\":");
    push_time(out, row.first_seen);
    out.extend_from_slice(b",\"last_seen\":");
    push_time(out, row.last_seen);
    out.extend_from_slice(b"}\n");
}

fn push_sources(out: &mut Vec<u8>, sources: Sources) {
    out.push(b'[');
    for (place, source) in sources.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        push_text(out, source.as_str());
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::samples;

    #[test]
    fn rows_are_what_serde_would_write() {
        let run = samples::run();
        let rows = JsonRows::new(&run);
        for person in samples::people(20, 7) {
            let mut out = Vec::new();
            rows.push_journeys(&person, &mut out);
            let mut expected = String::new();
            for journey in &person.journeys {
                let row = serde_json::to_string(journey).expect("serialises");
                let run = serde_json::to_string(&run).expect("serialises");
                // The row's own brace alone.
                expected.push_str(row.strip_suffix('}').expect("an object"));
                expected.push_str(&format!(",\"run\":{run}}}\n"));
            }
            assert_eq!(String::from_utf8_lossy(&out), expected);
            out.clear();
            rows.push_keywords(&person, &mut out);
            let expected: String = person
                .keywords
                .iter()
                .map(|row| serde_json::to_string(row).expect("serialises") + "\n")
                .collect();
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }
}
