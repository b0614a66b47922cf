//! Who may do what: bearer tokens with scopes.

use std::path::Path;

use axum::http::{HeaderMap, header};

use super::problem::Problem;

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Read,
    Write,
    Erase,
}

impl Scope {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "read" => Self::Read,
            "write" => Self::Write,
            "erase" => Self::Erase,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Erase => "erase",
        }
    }
}

/// Why a file of tokens can't be used. No token stands in it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    #[error("the tokens in {path} can't be read ({source})")]
    Read {
        path: String,
        source: std::io::Error,
    },
    #[error(
        "{path}:{line}: write a line as SCOPES TOKEN, with scopes from read, write and erase, as in \
         `read,write` and a token of {SHORTEST} characters or more"
    )]
    Line { path: String, line: usize },
    #[error("{path} holds no token; write a line as SCOPES TOKEN")]
    Empty { path: String },
}

/// Shorter tokens can be guessed.
const SHORTEST: usize = 16;

struct Token {
    /// Compared in constant time, which hashes of blake3 are.
    hash: blake3::Hash,
    scopes: Vec<Scope>,
}

/// The tokens; where there are none, everybody who reaches the service may do everything.
#[derive(Default)]
pub(crate) struct Access {
    tokens: Vec<Token>,
}

/// Who asks, by the place of their token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller(pub(crate) usize);

impl Access {
    /// Reads a file of lines `SCOPES TOKEN`; blank ones and those that begin with # are passed over.
    pub(crate) fn read(path: &Path) -> Result<Self, AccessError> {
        let name = path.display().to_string();
        let read = std::fs::read_to_string(path);
        let text = read.map_err(|source| AccessError::Read {
            path: name.clone(),
            source,
        })?;
        let mut tokens = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let token = token(line);
            tokens.push(token.ok_or_else(|| AccessError::Line {
                path: name.clone(),
                line: number,
            })?);
        }
        if tokens.is_empty() {
            return Err(AccessError::Empty { path: name });
        }
        Ok(Self { tokens })
    }

    /// Whether everybody on this machine may read a file of tokens.
    #[cfg(unix)]
    pub(crate) fn is_open_to_all(path: &Path) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
    }

    #[cfg(not(unix))]
    pub(crate) fn is_open_to_all(_: &Path) -> bool {
        false
    }

    /// Whether callers need a token.
    pub(crate) fn is_guarded(&self) -> bool {
        !self.tokens.is_empty()
    }

    /// How many callers can be told apart.
    pub(crate) fn callers(&self) -> usize {
        self.tokens.len().max(1)
    }

    /// Who asks, if they may.
    pub(crate) fn check(&self, headers: &HeaderMap, scope: Scope) -> Result<Caller, Problem> {
        if !self.is_guarded() {
            return Ok(Caller(0));
        }
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let Some(given) = given else {
            return Err(Problem::no_token());
        };
        let hash = blake3::hash(given.as_bytes());
        // All are compared, so that the time tells nothing.
        let found = self
            .tokens
            .iter()
            .enumerate()
            .fold(None, |found, (place, token)| {
                if token.hash == hash {
                    Some((place, token))
                } else {
                    found
                }
            });
        match found {
            None => Err(Problem::wrong_token()),
            Some((_, token)) if !token.scopes.contains(&scope) => {
                Err(Problem::not_allowed(scope.name()))
            }
            Some((place, _)) => Ok(Caller(place)),
        }
    }
}

fn token(line: &str) -> Option<Token> {
    let (scopes, token) = line.split_once(char::is_whitespace)?;
    let token = token.trim();
    let is_good = token.len() >= SHORTEST && token.bytes().all(|it| it.is_ascii_graphic());
    let scopes: Option<Vec<Scope>> = scopes.split(',').map(Scope::from_name).collect();
    Some(Token {
        hash: blake3::hash(token.as_bytes()),
        scopes: scopes.filter(|_| is_good)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "0123456789abcdef-xyz";

    fn access(content: &str) -> Result<Access, AccessError> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), content).expect("written");
        Access::read(file.path())
    }

    fn asks(access: &Access, value: &str, scope: Scope) -> Result<Caller, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().expect("a value"));
        access
            .check(&headers, scope)
            .map_err(|problem| problem.status())
    }

    #[test]
    fn a_token_allows_what_its_scopes_say() {
        let access = access(&format!(
            "# ours\nread {LONG}1\n\nread,write,erase  {LONG}2\n"
        ));
        let access = access.expect("good lines");
        assert_eq!(
            asks(&access, &format!("Bearer {LONG}1"), Scope::Read),
            Ok(Caller(0))
        );
        assert_eq!(
            asks(&access, &format!("bearer {LONG}2"), Scope::Erase),
            Ok(Caller(1))
        );
        assert_eq!(
            asks(&access, &format!("Bearer {LONG}1"), Scope::Write),
            Err(403)
        );
        for wrong in [
            LONG,
            "Bearer",
            "Bearer ",
            "Basic eDp5",
            &format!("Bearer {LONG}"),
        ] {
            assert_eq!(asks(&access, wrong, Scope::Read), Err(401), "{wrong}");
        }
        assert!(access.check(&HeaderMap::new(), Scope::Read).is_err());
    }

    #[test]
    fn lines_that_are_wrong_are_told_without_their_tokens() {
        for wrong in [
            format!("all {LONG}"),
            "read short".to_owned(),
            LONG.to_owned(),
            format!("read, {LONG}"),
        ] {
            let told = access(&format!("\n{wrong}\n"))
                .err()
                .expect("refused")
                .to_string();
            assert!(told.contains(":2:") && !told.contains(LONG), "{told}");
        }
        assert!(access("# none\n").is_err());
    }
}
