//! Puts values of this machine on the marked lines of a configuration file.

use anyhow::{Context, Result, bail};

/// What stands before the name of a value.
const MARK: &str = " # xtask: ";

/// A line `key: value # xtask: name` becomes `key: <value of that name>`; every other line stays as it is.
pub fn render(template: &str, values: &[(&str, String)]) -> Result<String> {
    let mut out = String::new();
    let mut used = Vec::new();
    for line in template.lines() {
        match line.split_once(MARK) {
            Some((line, name)) => {
                let value = values.iter().find(|(known, _)| *known == name);
                let (name, value) = value.with_context(|| format!("nobody knows the value `{name}`"))?;
                let (key, _) = line
                    .split_once(": ")
                    .with_context(|| format!("`{line}` is not of the form `key: value`"))?;
                out.push_str(&format!("{key}: {value}"));
                used.push(name);
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    match values.iter().find(|(name, _)| !used.contains(&name)) {
        Some((name, _)) => bail!("no line is marked `{}{name}`", MARK.trim_start()),
        None => Ok(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marked_lines_change() {
        let template = "a:\n  # Why.\n  port: \":80\" # xtask: port\n  other: \":80\" # plain\n";

        let text = render(template, &[("port", "\"127.0.0.1:8080\"".to_owned())]).unwrap();

        assert_eq!(
            text,
            "a:\n  # Why.\n  port: \"127.0.0.1:8080\"\n  other: \":80\" # plain\n"
        );
    }

    #[test]
    fn a_mark_too_many_or_too_few_is_an_error() {
        let value = |name| [(name, "1".to_owned())];

        let unknown = render("a: 1 # xtask: b\n", &value("a")).unwrap_err().to_string();
        let unused = render("a: 1\n", &value("a")).unwrap_err().to_string();

        assert!(unknown.contains("`b`"), "{unknown}");
        assert!(unused.contains("`# xtask: a`"), "{unused}");
    }
}
