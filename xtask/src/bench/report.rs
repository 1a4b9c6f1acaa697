//! The table at the end, and the same as JSON.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::budget::{Budget, Row};
use crate::files;
use crate::instance::Instance;

#[derive(Serialize)]
struct Report<'a> {
    rounds: u32,
    holds: bool,
    rows: &'a [Row],
}

/// Write `.souk/test/bench/<name>.json`.
pub fn write(instance: &Instance, name: &str, rounds: u32, rows: &[Row]) -> Result<PathBuf> {
    let path = instance.dir.join("bench").join(format!("{name}.json"));
    let report = Report {
        rounds,
        holds: rows.iter().all(Row::holds),
        rows,
    };
    files::write_json(&path, &report)?;
    Ok(path)
}

/// A line for each row.
pub fn table(rows: &[Row]) -> String {
    let mut text = line(["what", "measured", "limit", "ratio", "budget", "ok?"]);
    for row in rows {
        let Row { unit, ratio, .. } = row;
        text += &line([
            row.what,
            &format!("{} {unit}", short(row.measured)),
            &format!("{} {unit}", short(row.limit)),
            &format!("{ratio:.2}"),
            &match row.budget {
                Budget::AtLeast(least) => format!(">= {least}"),
                Budget::AtMost(most) => format!("<= {most}"),
                Budget::Any => String::new(),
            },
            match (row.budget, row.holds()) {
                (Budget::Any, _) => "",
                (_, true) => "yes",
                (_, false) => "NO",
            },
        ]);
    }
    text
}

fn line([what, measured, limit, ratio, budget, ok]: [&str; 6]) -> String {
    let line = format!("{what:<32} {measured:>13} {limit:>13} {ratio:>6}  {budget:<8} {ok}");
    line.trim_end().to_owned() + "\n"
}

/// Three figures that matter.
fn short(value: f64) -> String {
    match value {
        small if small < 10.0 => format!("{small:.2}"),
        middle if middle < 100.0 => format!("{middle:.1}"),
        large => format!("{large:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_holds() {
        let rows = [
            Row::new(
                "public GET, to nginx",
                "req/s",
                vec![(30_000.0, 40_000.0)],
                Budget::AtLeast(0.85),
            ),
            Row::new("p99 of it", "ms", vec![(4.2, 2.5)], Budget::AtMost(2.0)),
            Row::new("CPU of it", "us", vec![(30.0, 20.0)], Budget::Any),
        ];

        let text = table(&rows);

        let lines: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            lines[1][4..],
            ["30000", "req/s", "40000", "req/s", "0.75", ">=", "0.85", "NO"]
        );
        assert_eq!(
            lines[2][3..],
            ["4.20", "ms", "2.50", "ms", "1.68", "<=", "2", "yes"]
        );
        assert_eq!(lines[3][3..], ["30.0", "us", "20.0", "us", "1.50"]);
    }
}
