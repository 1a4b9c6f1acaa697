//! What people read of an audit.

use std::fmt::Write;

use super::Check;

/// So many violations of an invariant are shown.
const SHOWN: usize = 20;

/// A row for each invariant, and below them what is violated.
pub fn table(checks: &[Check]) -> String {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let mut text = format!(
        "{:width$}  {:>10}  {:>8}  what must hold\n",
        "invariant", "counted", "violated"
    );
    for check in checks {
        let _ = writeln!(
            text,
            "{:width$}  {:>10}  {:>8}  {}",
            check.name,
            check.counted,
            check.violated(),
            check.about
        );
    }
    let violated: Vec<&Check> = checks.iter().filter(|check| !check.holds()).collect();
    for check in &violated {
        details(&mut text, check);
    }
    let _ = match violated.len() {
        0 => writeln!(text, "\nall {} invariants hold", checks.len()),
        some => writeln!(text, "\n{some} of {} invariants are violated", checks.len()),
    };
    text
}

fn details(text: &mut String, check: &Check) {
    let _ = writeln!(text, "\n{}: {}", check.name, check.about);
    for violation in check.violations.iter().take(SHOWN) {
        let _ = writeln!(text, "  {}  {}", violation.key, violation.says);
    }
    let shown = check.violations.len().min(SHOWN);
    let hidden = check
        .violated()
        .saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
    if hidden > 0 {
        let _ = writeln!(text, "  and {hidden} more");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Violation;

    fn check(violated: usize) -> Check {
        let violation = |number| Violation {
            key: format!("key-{number}"),
            says: "is wrong".to_owned(),
            seen: None,
        };
        Check {
            name: "stock",
            about: "it is there",
            counted: 40,
            violations: (0..violated).map(violation).collect(),
            more: 0,
        }
    }

    #[test]
    fn a_mesh_that_is_right_is_said_to_be() {
        assert!(table(&[check(0)]).ends_with("\nall 1 invariants hold\n"));
    }

    #[test]
    fn violations_are_shown_as_far_as_one_can_read_them() {
        let text = table(&[check(0), check(SHOWN + 3)]);

        assert!(text.contains("\n  key-0  is wrong\n"), "{text}");
        assert!(
            text.contains("\n  and 3 more\n") && !text.contains("key-20"),
            "{text}"
        );
        assert!(text.ends_with("\n1 of 2 invariants are violated\n"), "{text}");
    }
}
