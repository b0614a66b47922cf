//! Prompts with places to fill in.

use crate::text_model::filled;

/// A prompt: what the system says, and what the user says.
pub(super) struct Template {
    system: &'static str,
    user: &'static str,
}

impl Template {
    /// Of a file: the system's part, a line `---`, the user's part.
    pub(super) fn of(file: &'static str) -> Self {
        let (system, user) = file.split_once("\n---\n").unwrap_or(("", file));
        Self { system, user }
    }

    /// Both parts with what stands in `{{name}}` replaced by the value of that name.
    pub(super) fn filled(&self, values: &[(&str, &str)]) -> [String; 2] {
        [self.system, self.user].map(|text| filled(text, values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_no_templates() {
        let template = Template::of("Say {{a}}.\n---\n{{b}} and {{a}}");
        let [system, user] = template.filled(&[("a", "{{b}}"), ("b", "}} {{a}}")]);
        assert_eq!(system, "Say {{b}}.");
        assert_eq!(user, "}} {{a}} and {{b}}");
    }
}
