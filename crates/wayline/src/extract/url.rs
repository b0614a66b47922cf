//! Hosts of clicked pages, and whether a query only names a site.

/// The host of an address, lower case and without `www.`; empty when there is none.
#[must_use]
pub fn host(url: &str) -> String {
    split(url).0.to_ascii_lowercase()
}

/// Whether `url` is the home page of a site that `query` (in normal form) names: "my space",
/// "myspace.com" and "www myspace" for `http://www.myspace.com/`.
#[must_use]
pub fn is_home_page_of(url: &str, query: &str) -> bool {
    let (host, path) = split(url);
    if !path.trim_matches('/').is_empty() {
        return false;
    }
    let host = host.to_ascii_lowercase();
    let site: String = registrable_name(&host)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let mut named: String = query
        .trim_start_matches("http://")
        .trim_start_matches("https://")
        .trim_start_matches("www")
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    for ending in [
        "login", "signin", "homepage", "com", "org", "net", "edu", "gov",
    ] {
        if named.len() > ending.len() + 1 && named.ends_with(ending) {
            named.truncate(named.len() - ending.len());
        }
    }
    site.len() >= 2
        && named.len() >= 2
        && (site == named || (named.len() >= 4 && site.starts_with(&named)))
}

/// Host without user, port and `www.`, and the path.
fn split(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let host = match host.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("www.") => &host[4..],
        _ => host,
    };
    (host, path)
}

/// The label that a person would say: `nytimes` of `nytimes.com`, `bbc` of `bbc.co.uk`.
fn registrable_name(host: &str) -> &str {
    let labels: Vec<&str> = host.split('.').collect();
    match labels.as_slice() {
        [.., name, second, _] if second.len() <= 3 && labels.len() >= 3 => name,
        [.., name, _] => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_plain() {
        assert_eq!(host("https://www.Example.com:8080/a?b#c"), "example.com");
        assert_eq!(host("example.com"), "example.com");
        assert_eq!(host("http://user@shop.example.co.uk"), "shop.example.co.uk");
        assert_eq!(host(""), "");
        assert_eq!(host("ünï"), "ünï");
    }

    #[test]
    fn a_site_is_named_by_its_query() {
        assert!(is_home_page_of("http://www.example.com/", "example"));
        assert!(is_home_page_of("http://www.example.com", "www.example.com"));
        assert!(is_home_page_of("http://mail.example.com", "example.com"));
        assert!(is_home_page_of("https://example.co.uk/", "exam ple login"));
        assert!(!is_home_page_of(
            "http://www.example.com/recipes",
            "example"
        ));
        assert!(!is_home_page_of("http://www.example.com/", "apple pie"));
        assert!(!is_home_page_of("", ""));
    }
}
