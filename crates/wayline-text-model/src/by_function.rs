//! A model that is a function.

use wayline::text_model::{Reply, Request, TextModel, TextModelError};

/// Answers as a function does: for tests and trials, without a server.
pub struct ByFunction<F> {
    name: String,
    function: F,
}

impl<F> ByFunction<F>
where
    F: Fn(&Request) -> Result<Reply, TextModelError> + Send + Sync,
{
    /// A model of this name.
    pub fn new(name: &str, function: F) -> Self {
        let name = name.to_owned();
        Self { name, function }
    }
}

impl<F> TextModel for ByFunction<F>
where
    F: Fn(&Request) -> Result<Reply, TextModelError> + Send + Sync,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn reply(&self, request: &Request) -> Result<Reply, TextModelError> {
        (self.function)(request)
    }
}
