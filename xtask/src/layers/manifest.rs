//! Finds the packages of ours that a `Cargo.toml` depends on.

/// A dependency on a package of the workspace.
#[derive(Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Counted from 1.
    pub line: usize,
    /// The package.
    pub package: String,
    /// For tests only.
    pub dev: bool,
}

/// The dependencies on these packages.
pub fn dependencies(manifest: &str, packages: &[String]) -> Vec<Dependency> {
    let mut section = "";
    let mut found = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        }
        // Also `[dependencies.cart-svc]`.
        let (table, in_header) = section.split_once("dependencies").unwrap_or(("-", ""));
        if !["", "dev-", "build-"].contains(&table) {
            continue;
        }
        let name = match line.strip_prefix('[') {
            Some(_) => in_header.trim_start_matches('.'),
            None => line.split(['.', ' ', '=']).next().unwrap_or_default(),
        };
        if packages.iter().any(|package| package == name) {
            found.push(Dependency {
                line: index + 1,
                package: name.to_owned(),
                dev: table == "dev-",
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_dependency_is_found() {
        let manifest = "[package]\nname = \"cart-svc\"\n\n[dependencies]\nsouk-db.workspace = true\nserde = \"1\"\n\
                        order-svc = { path = \"../order-svc\" }\n\n[dev-dependencies]\nsouk-testkit.workspace = true\n\
                        [dependencies.user-svc]\npath = \"x\"\n";
        let packages = ["souk-db", "order-svc", "souk-testkit", "user-svc", "cart-svc"].map(str::to_owned);

        let found: Vec<_> = dependencies(manifest, &packages)
            .into_iter()
            .map(|d| (d.line, d.package, d.dev))
            .collect();

        assert_eq!(
            found,
            [
                (5, "souk-db".to_owned(), false),
                (7, "order-svc".to_owned(), false),
                (10, "souk-testkit".to_owned(), true),
                (11, "user-svc".to_owned(), false)
            ]
        );
    }
}
